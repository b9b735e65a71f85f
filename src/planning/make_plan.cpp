#include "planning/make_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/describe.h"
#include "base/error.h"
#include "base/text.h"
#include "planning/tenant_selection.h"

namespace slipway::planning {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

/// PRC-3, in the order in which a person would look for the reason.
std::string skip_reason(const model::Action& action, const PlanScope& scope) {
  if (!action.Channels.empty() && !contains(action.Channels, scope.channel)) {
    return "It is not meant for the release's channel.";
  }
  if (!action.Environments.empty() && !contains(action.Environments, scope.environment)) {
    return "It is not meant for this environment.";
  }
  if (contains(action.ExcludedEnvironments, scope.environment)) return "It excludes this environment.";
  if (!action.TenantTags.empty()) {
    if (!scope.tenant_tags) return "It is meant for tenants with certain tags, and this deployment has no tenant.";
    if (!matches_tags(action.TenantTags, *scope.tenant_tags))
      return "The tenant has none of the tags that it is meant for.";
  }
  if (!action.IsRequired && contains(scope.skipped_actions, action.Id)) {
    return "It was skipped on request when the deployment was created.";
  }
  return {};
}

Condition condition_of(std::string_view text) { return json::enum_of<Condition>(text).value_or(Condition::Success); }

}  // namespace

Plan make_plan(const model::DeploymentProcess& process, const PlanScope& scope) {
  Plan plan;
  int unit = 0;
  int number = 0;
  int group = 0;
  for (const model::Step& step : process.Steps) {
    ++number;
    if (group == 0 || step.StartTrigger != "StartWithPrevious") ++group;
    PlannedStep planned{number,
                        group,
                        step.Id,
                        step.Name,
                        condition_of(step.Condition),
                        model::text_of(step.Properties, model::kStepCondition).value_or(""),
                        {}};
    for (const model::Action& action : step.Actions) {
      if (action.IsDisabled) continue;
      std::string reason = skip_reason(action, scope);
      planned.Actions.push_back(
          {reason.empty() ? ++unit : 0, action.Id, action.Name, action.ActionType, condition_of(action.Condition),
           model::text_of(action.Properties, model::kActionCondition).value_or(""), std::move(reason)});
    }
    if (!planned.Actions.empty()) plan.Steps.push_back(std::move(planned));
  }
  return plan;
}

std::vector<std::string> skippable_actions(const model::DeploymentProcess& process,
                                           const std::vector<std::string>& names) {
  Problems problems;
  std::vector<std::string> ids;
  for (const std::string& name : names) {
    const auto is_named = [&](const auto& item) {
      return equals_ignoring_case(item.Id, name) || equals_ignoring_case(item.Slug, name) ||
             fold_name(item.Name) == fold_name(name);
    };
    bool found = false;
    for (const model::Step& step : process.Steps) {
      const bool whole_step = is_named(step);
      for (const model::Action& action : step.Actions) {
        if (!whole_step && !is_named(action)) continue;
        found = true;
        if (action.IsRequired)
          problems.add(fmt::format("The step '{}' is required and can't be skipped.", action.Name));
        if (!contains(ids, action.Id)) ids.push_back(action.Id);
      }
    }
    if (!found) problems.add(fmt::format("The release's process has no step named '{}' to skip.", name));
  }
  problems.throw_if_any();
  return ids;
}

const model::Action* find_action(const model::DeploymentProcess& process, std::string_view id) {
  for (const model::Step& step : process.Steps) {
    for (const model::Action& action : step.Actions) {
      if (action.Id == id) return &action;
    }
  }
  return nullptr;
}

std::string action_number(const PlannedStep& step, std::size_t action) {
  return step.Actions.size() == 1 ? std::to_string(step.Number) : fmt::format("{}.{}", step.Number, action + 1);
}

}  // namespace slipway::planning
