// What a fresh database is given: the default space, the administrator and a first key.
#pragma once

#include <optional>
#include <string>

#include "base/log.h"
#include "base/secret.h"
#include "documents/write_context.h"
#include "storage/database.h"

namespace slipway::documents {

struct Seeded {
  std::string installation_id;  ///< a UUID, the same on every start
  /// The key that was made up since none was given; shown to the operator once, here alone.
  std::optional<Secret> new_admin_key;
};

/// Idempotent, and to be called on every start: seeds an empty database, renews the built-in roles of one that is
/// there, and makes `admin_key` (if given) a key of the administrator unless some start was given it before: one that
/// was deleted since does not come back, but where nobody is an active administrator any more. Its user is made an
/// active administrator again if it is none (SEC-5). Throws Error{invalid} when the key's form is wrong.
Seeded seed(const WriteTools&, storage::Database&, const Log&, const std::optional<Secret>& admin_key);

}  // namespace slipway::documents
