// From a frozen process to the plan of one deployment (PRC-3, PRC-6, PRC-8). Pure; threads: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/resources/projects/deployment_process.h"
#include "planning/plan.h"

namespace slipway::planning {

/// Where and for whom a process is planned.
struct PlanScope {
  std::string channel;                                  ///< id
  std::string environment;                              ///< id
  std::optional<std::vector<std::string>> tenant_tags;  ///< nullopt: untenanted
  std::vector<std::string> skipped_actions;             ///< ids that a person chose to skip (PRC-4)
};

/// Every enabled action, each with a unit of work or the reason why it is skipped. Whether this server knows an
/// action's type is found out when its unit runs.
Plan make_plan(const model::DeploymentProcess&, const PlanScope&);

/// Turns the step or action names, slugs and ids that a person wants skipped into action ids. Throws Error{invalid}
/// naming those that don't exist and those that are required (PRC-4).
std::vector<std::string> skippable_actions(const model::DeploymentProcess&, const std::vector<std::string>& names);

/// The action with that id; nullptr when the process has none.
const model::Action* find_action(const model::DeploymentProcess&, std::string_view id);

/// "1", or "2.1" for an action of a step with several.
std::string action_number(const PlannedStep&, std::size_t action);

}  // namespace slipway::planning
