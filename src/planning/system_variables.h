// The variables that Slipway itself defines (VAR-9). Nothing overrides them. Pure; threads: any.
#pragma once

#include <string>
#include <string_view>

#include "model/resources/projects/deployment_process.h"
#include "planning/deployment_context.h"
#include "planning/plan.h"
#include "planning/variable_list.h"

namespace slipway::planning {

/// Release, deployment, environment, project, space, task and links: the same for all actions.
void add_system_variables(DeploymentVariables&, const DeploymentContext&);
/// Where in the process an action stands.
void add_place_variables(DeploymentVariables&, const PlannedStep&, const PlannedAction&);
/// Octopus.Action.Package[reference].…, and for the primary package also Octopus.Action.Package.….
void add_package_variables(DeploymentVariables&, const ReleaseFacts&, const model::Action&);

/// The image as a step names it: "registry/repository:tag". Where its id was not known when the release was made, it is
/// a template still, to be evaluated on use (PKG-5).
std::string image_of(const SelectedPackage&, const model::PackageReference&);

}  // namespace slipway::planning
