// What every write works with, and who asks for it.
#pragma once

#include <string>

#include "base/random.h"
#include "base/time.h"
#include "model/catalogue.h"
#include "storage/events.h"
#include "storage/ids.h"
#include "storage/secrets.h"

namespace slipway::documents {

/// The same for all writes of a server, which outlives them.
struct WriteTools {
  storage::Ids& ids;
  storage::Vault& vault;
  Random& random;
  const Clock& clock;
  const model::Catalogue& catalogue;
};

/// Who writes, for hooks and the audit trail.
struct Actor {
  std::string user = "system";  ///< "Users-1"
  std::string username = "system";
  storage::Origin origin = {};
};

/// Lives as long as one request, or one act of the server's own.
struct WriteContext : WriteTools {
  Actor actor = {};
  std::string space = {};  ///< id; "" where it is about the system's documents
};

}  // namespace slipway::documents
