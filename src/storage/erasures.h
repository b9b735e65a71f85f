// Histories of what was deleted: a project's releases and deployments with their tasks, logs and secrets, or a
// release's deployments. There may be very many, so they go in slices, each of them one short write: first out of all
// lists, the newest first, then for good. How far that is lies in the database, and a start goes on with it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/database.h"
#include "storage/secrets.h"

namespace slipway::storage {

/// The space of rows that are about to go: nobody's.
inline constexpr std::string_view kErasedSpace = "erased";

/// `subject`: the id of a project, or of a release that is erased itself, whose history in `space` is to go. None of
/// its tasks may be under way. Publishes Change::Kind::erasure.
void begin_erasure(Txn&, std::string_view subject, std::string_view space);

/// The subject of some history that is to go.
std::optional<std::string> next_erasure(Reader&);
/// Does one slice of it; false once nothing of it is left.
bool erase_slice(Txn&, Vault&, std::string_view subject);

}  // namespace slipway::storage
