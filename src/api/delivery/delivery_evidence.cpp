#include "api/delivery/delivery_evidence.h"

#include <fmt/format.h>

#include <map>

#include "base/describe.h"
#include "planning/plan.h"
#include "storage/contents.h"
#include "storage/journal.h"
#include "storage/tasks.h"

namespace slipway::api {
namespace {

/// Unit number → the action that it runs.
std::map<int, planning::PlannedAction> actions_of(storage::Reader& reader, const storage::TaskRecord& task) {
  std::map<int, planning::PlannedAction> actions;
  const auto text = task.plan.empty() ? std::nullopt : storage::get_content(reader, task.plan);
  if (!text) return actions;
  for (planning::PlannedStep& step : json::from_json<planning::Plan>(json::parse(*text)).Steps) {
    for (planning::PlannedAction& action : step.Actions) actions.emplace(action.Unit, std::move(action));
  }
  return actions;
}

json::value member_of(const json::object& outcome, std::string_view name) {
  const json::value* found = json::find(outcome, name);
  return found == nullptr ? json::value(nullptr) : *found;
}

}  // namespace

json::object delivery_evidence(storage::Reader& reader, const storage::DeploymentRecord& deployment) {
  const auto task = storage::find_task(reader, deployment.task).value_or(storage::TaskRecord{});
  const auto release = storage::find_release(reader, deployment.release);
  const auto actions = actions_of(reader, task);
  json::array steps;
  for (const storage::UnitRecord& unit : storage::units_of(reader, deployment.task)) {
    if (unit.state != storage::UnitState::done) continue;
    const json::value outcome = json::parse(unit.outcome);
    const auto action = actions.find(unit.number);
    steps.push_back(json::object{
        {"ActionName", action == actions.end() ? json::value(nullptr) : json::value(action->second.Name)},
        {"ActionType", action == actions.end() ? json::value(nullptr) : json::value(action->second.ActionType)},
        {"Result", member_of(outcome.as_object(), "Result")},
        {"StartTime", to_rfc3339(unit.started)},
        {"CompletedTime", json::to_json(unit.ended)},
        {"Evidence", member_of(outcome.as_object(), "Evidence")}});
  }
  const std::string self = fmt::format("/api/{}/deployments/{}", deployment.space, deployment.id);
  return {{"DeploymentId", deployment.id},
          {"TaskId", deployment.task},
          {"ProjectId", deployment.project},
          {"ReleaseId", deployment.release},
          {"ReleaseVersion", release ? json::value(release->version) : json::value(nullptr)},
          {"EnvironmentId", deployment.environment},
          {"TenantId", deployment.tenant.empty() ? json::value(nullptr) : json::value(deployment.tenant)},
          {"State", storage::to_string(task.state)},
          {"CompletedTime", json::to_json(task.completed)},
          {"Steps", std::move(steps)},
          {"Links", json::object{{"Self", self + "/evidence"}, {"Deployment", self}}}};
}

}  // namespace slipway::api
