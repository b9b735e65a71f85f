// A tenant's values for the templates of its projects and their library sets (TEN-10, TEN-11). Pure; threads: any.
#pragma once

#include "planning/deployment_context.h"
#include "planning/variable_list.h"

namespace slipway::planning {

/// For each template the tenant's value, else the template's default. Nothing for an untenanted deployment.
void add_tenant_values(DeploymentVariables&, const DeploymentContext&);

}  // namespace slipway::planning
