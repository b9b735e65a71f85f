#include "sim/ecs/world.h"

#include <algorithm>
#include <array>

namespace slipway::sim {

std::string_view to_string(TaskStatus status) {
  static constexpr std::array<std::string_view, 8> names = {"PROVISIONING", "PENDING",  "ACTIVATING",     "RUNNING",
                                                            "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"};
  return names[static_cast<std::size_t>(status)];
}

std::string_view to_string(ServiceDeploymentStatus status) {
  static constexpr std::array<std::string_view, 9> names = {
      "PENDING",        "IN_PROGRESS",        "SUCCESSFUL",           "STOPPED",
      "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_SUCCESSFUL",
      "ROLLBACK_FAILED"};
  return names[static_cast<std::size_t>(status)];
}

Deployment* find_deployment(Service& service, std::string_view id) {
  const auto found = std::find_if(service.deployments.begin(), service.deployments.end(),
                                  [&](const Deployment& d) { return d.id == id; });
  return found == service.deployments.end() ? nullptr : &*found;
}

ServiceDeployment* find_service_deployment(Service& service, std::string_view arn) {
  const auto found = std::find_if(service.service_deployments.begin(), service.service_deployments.end(),
                                  [&](const ServiceDeployment& d) { return d.arn == arn; });
  return found == service.service_deployments.end() ? nullptr : &*found;
}

const TaskDefinition* find_task_definition(const Region& region, std::string_view arn) {
  const TaskDefinitionName name = parse_task_definition_name(arn);
  const auto family = region.families.find(name.family);
  if (family == region.families.end() || !name.revision) return nullptr;
  const auto revision = family->second.revisions.find(*name.revision);
  return revision == family->second.revisions.end() ? nullptr : &revision->second;
}

RolloutRules rollout_rules(const json::object& configuration) {
  RolloutRules rules;
  const auto percent = [&](std::string_view name, int fallback) {
    return static_cast<int>(json::integer_at(configuration, name).value_or(fallback));
  };
  rules.minimum_healthy_percent = percent("minimumHealthyPercent", rules.minimum_healthy_percent);
  rules.maximum_percent = percent("maximumPercent", rules.maximum_percent);
  const json::object* breaker = json::object_at(configuration, "deploymentCircuitBreaker");
  if (breaker == nullptr) return rules;
  rules.breaker = json::flag_at(*breaker, "enable").value_or(false);
  rules.breaker_rolls_back = json::flag_at(*breaker, "rollback").value_or(false);
  rules.reset_on_healthy_task = json::flag_at(*breaker, "resetOnHealthyTask").value_or(true);
  if (const json::object* threshold = json::object_at(*breaker, "thresholdConfiguration")) {
    const std::string_view type = json::text_at(*threshold, "type").value_or("BOUNDED_PERCENT");
    if (type == "COUNT") rules.threshold.kind = BreakerThreshold::Kind::count;
    if (type == "UNBOUNDED_PERCENT") rules.threshold.kind = BreakerThreshold::Kind::unbounded_percent;
    rules.threshold.value = static_cast<int>(json::integer_at(*threshold, "value").value_or(rules.threshold.value));
  }
  return rules;
}

}  // namespace slipway::sim
