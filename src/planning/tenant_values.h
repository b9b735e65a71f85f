// A tenant's values for the templates of its projects and their library sets (TEN-10..12). Pure; threads: any.
#pragma once

#include <string>
#include <vector>

#include "planning/deployment_scene.h"
#include "planning/variable_list.h"

namespace slipway::planning {

/// For each template the tenant's value, else the template's default. Nothing for an untenanted deployment.
void add_tenant_values(DeploymentVariables&, const DeploymentScene&);

/// Templates for which the tenant has no value, here a label each, e.g. "'Db.Host' of the project" (TEN-12).
std::vector<std::string> missing_tenant_values(const model::Project&, const std::vector<model::LibraryVariableSet>&,
                                               const model::TenantVariables&, const std::string& environment);

}  // namespace slipway::planning
