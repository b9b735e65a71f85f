// Gathers from storage what a deployment is planned with and run with (planning/deployment_context.h).
#pragma once

#include <memory>

#include "planning/deployment_context.h"
#include "planning/plan.h"
#include "planning/variable_list.h"
#include "storage/database.h"
#include "storage/releases.h"

namespace slipway::views {

/// Finds the accounts that the context's deployment may use (TEN-8). Valid as long as both.
planning::FindAccount accounts_for(storage::Reader&, const planning::DeploymentContext&);

/// `frozen`: what load_frozen returned for the release, when the caller still has it. Throws Error{not_found} naming
/// what was deleted meanwhile.
planning::DeploymentContext load_context(storage::Reader&, const storage::ReleaseRecord&,
                                         const storage::DeploymentRecord&,
                                         std::shared_ptr<const planning::FrozenRelease> frozen = nullptr);

/// The plan for that context.
planning::Plan plan_of(const planning::DeploymentContext&);
/// The same of a recorded deployment, with no more reads than planning needs: thousands are claimed in a row.
planning::Plan plan_of(storage::Reader&, const storage::DeploymentRecord&, const planning::FrozenRelease&);

}  // namespace slipway::views
