// Which accounts a deployment may use (TEN-8). Pure; threads: any.
#pragma once

#include "model/resources/infrastructure/account.h"
#include "planning/deployment_context.h"

namespace slipway::planning {

/// An account that names environments is for those alone; one that names tenants or tenant tags is for those tenants,
/// and for untenanted deployments only if it takes part in both.
bool may_use(const model::Account&, const DeploymentContext&);

}  // namespace slipway::planning
