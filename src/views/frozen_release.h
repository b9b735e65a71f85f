// What a release froze, read back: process and variables as they were when it was made (OBJ-5). Snapshots are made by
// commands/snapshots.h.
#pragma once

#include <memory>
#include <string>

#include "model/resources/projects/deployment_process.h"
#include "model/resources/projects/variable_set.h"
#include "planning/deployment_context.h"
#include "storage/database.h"
#include "storage/releases.h"

namespace slipway::views {

/// By the snapshot's id. Throws Error{not_found}.
model::DeploymentProcess frozen_process(storage::Reader&, const std::string& snapshot);
model::VariableSet frozen_variables(storage::Reader&, const std::string& snapshot);

/// All that a release froze. Two releases with equal `frozen_key` froze the same.
std::string frozen_key(const storage::ReleaseRecord&);
std::shared_ptr<const planning::FrozenRelease> load_frozen(storage::Reader&, const storage::ReleaseRecord&);

}  // namespace slipway::views
