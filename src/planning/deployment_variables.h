// The variables of one deployment, and of one action in it: frozen values of the release, live values of the tenant,
// prompted ones, system variables (VAR-9), outputs of earlier steps, and the action's own properties. Pure; threads:
// any.
//
// A sensitive value is not here: its variable has no value, and `secrets` tells where the vault keeps it. Whoever runs
// a step fetches what it uses. language::VariableCatalog decides which of them applies, and explains it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "language/scoping/scope.h"
#include "planning/deployment_context.h"
#include "planning/plan.h"
#include "planning/system_variables.h"
#include "planning/tenant_values.h"
#include "planning/variable_list.h"

namespace slipway::planning {

/// All that does not depend on the action.
DeploymentVariables deployment_variables(const DeploymentContext&, FindAccount);

/// What the steps that have ended leave to those after them.
struct StepResults {
  std::map<std::string, std::map<std::string, std::string>> outputs;  ///< by action name, then output name (VAR-8)
  std::string error;  ///< of the first that failed; empty while none has
  std::set<std::pair<std::string, std::string>> secret_outputs = {};  ///< those of `outputs` that hold a secret
};

/// Adds the outputs, and after a failure `Octopus.Deployment.Error` (PRC-6).
void add_results(DeploymentVariables&, const StepResults&);

/// Adds what an action sees besides: its properties, packages, place in the process, and the results so far.
void add_action_variables(DeploymentVariables&, const DeploymentContext&, const PlannedStep&, const PlannedAction&,
                          const StepResults&);

/// VAR-2: a sentence for each frozen variable of which two equally specific values apply, in the deployment or in one
/// of its actions.
std::vector<std::string> ambiguous_values(const FrozenRelease&, const language::ScopeContext&);

/// Which definitions apply: for the whole deployment (`tenant` null for an untenanted one), or for one action of it.
language::ScopeContext scope_context(const model::Project&, const model::Channel&, const model::Environment&,
                                     const model::Tenant* tenant);
language::ScopeContext scope_context(const DeploymentContext&);
language::ScopeContext scope_context(const DeploymentContext&, const PlannedAction&);

}  // namespace slipway::planning
