// Snapshots: documents frozen for a release under ids such as "deploymentprocess-Projects-1-s-3-ABCDE". The id follows
// from version and content, so that freezing an unchanged document again costs nothing.
#pragma once

#include <string>
#include <vector>

#include "model/resources/projects/project.h"
#include "storage/database.h"

namespace slipway::commands {

/// Freezes the resource `id`, which belongs to `owner`, as it is now; returns the snapshot's id.
std::string freeze(storage::Txn&, const std::string& id, const std::string& owner);

/// A project's variables, and those of the library sets that it includes.
struct VariableSnapshots {
  std::string project;
  std::vector<std::string> libraries;
};
VariableSnapshots freeze_variables(storage::Txn&, const model::Project&);

}  // namespace slipway::commands
