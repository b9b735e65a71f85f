// A project's recent releases against its environments: what was deployed where, and where each may go next (UI-2).
#pragma once

#include "base/json.h"
#include "base/time.h"
#include "model/resources/projects/project.h"
#include "storage/database.h"

namespace slipway::api {

/// The most recent releases, at most `most`.
json::object project_progression(storage::Reader&, const model::Project&, std::int64_t most, Time now);

}  // namespace slipway::api
