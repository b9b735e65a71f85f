// What goes with a project or a release: deployments, their tasks, logs and secrets.
#pragma once

#include <string>
#include <string_view>

#include "storage/database.h"
#include "storage/secrets.h"
#include "storage/tasks.h"

namespace slipway::documents {

/// Throws Error{conflict} naming a task of the filter that has not ended; `what` was to be deleted, "Project 'Web'".
void require_ended(storage::Reader&, storage::TaskFilter, std::string_view what);

/// Erases the history of a project (or of a release that is erased itself), none of whose tasks may be under way: all
/// of it where it is short; of a long one the newest part, and the rest soon after, by ErasureSweep.
void erase_history(storage::Txn&, storage::Vault&, const std::string& subject, const std::string& space);

}  // namespace slipway::documents
