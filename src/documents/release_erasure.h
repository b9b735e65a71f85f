// What goes with a release: its deployments, their tasks, logs and secrets.
#pragma once

#include <string>
#include <string_view>

#include "storage/database.h"
#include "storage/releases.h"
#include "storage/secrets.h"
#include "storage/tasks.h"

namespace slipway::documents {

/// Throws Error{conflict} naming a task of the filter that has not ended; `what` was to be deleted, "Project 'Web'".
void require_ended(storage::Reader&, storage::TaskFilter, std::string_view what);
/// Erases the release with its deployments, their tasks, logs and secrets. Throws Error{conflict} while a task of it
/// has not ended.
void erase_with_deployments(storage::Txn&, storage::Vault&, const storage::ReleaseRecord&);
void erase_releases_of(storage::Txn&, storage::Vault&, const std::string& project);

}  // namespace slipway::documents
