#include "steps/ecs_service/service_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/nearest.h"

namespace slipway::steps::ecs {
namespace {

bool holds(const json::object& definition, std::string_view list, std::string_view text) {
  const json::array* items = json::array_at(definition, list);
  return items != nullptr && std::any_of(items->begin(), items->end(), [&](const json::value& item) {
           return item.is_string() && json::view(item.get_string()) == text;
         });
}

bool is_on_fargate(const ServiceFacts& service) {
  return service.LaunchType == "FARGATE" ||
         (!service.CapacityProviders.empty() &&
          std::all_of(service.CapacityProviders.begin(), service.CapacityProviders.end(),
                      [](const std::string& provider) { return provider.starts_with("FARGATE"); }));
}

std::optional<std::string> why_unfit_for_balancer(const ServiceFacts& service, const json::object& definition) {
  const json::array* containers = json::array_at(definition, "containerDefinitions");
  std::vector<std::string> names;
  for (const auto& item : containers == nullptr ? json::array{} : *containers) {
    names.emplace_back(json::text_at(item.as_object(), "name").value_or(""));
  }
  for (const std::string& balanced : service.BalancedContainers) {
    if (std::find(names.begin(), names.end(), balanced) != names.end()) continue;
    return fmt::format(
        "Its load balancer sends requests to a container named {}, but the task definition has only {}.{}", balanced,
        fmt::join(names, ", "), did_you_mean(balanced, names));
  }
  return std::nullopt;
}

int percent_of(const ServiceFacts& service, std::string_view name, const std::optional<int>& given, int otherwise) {
  const json::object* configuration = service.DeploymentConfiguration.if_object();
  const auto set = configuration == nullptr ? std::nullopt : json::integer_at(*configuration, name);
  return given.value_or(static_cast<int>(set.value_or(otherwise)));
}

}  // namespace

std::optional<std::string> why_not_deployable(const ServiceFacts& service, const Inputs& inputs) {
  if (service.Status != "ACTIVE")
    return fmt::format("It is {}; only an ACTIVE service takes deployments.", service.Status);
  if (!service.Controller.empty() && service.Controller != "ECS") {
    return fmt::format(
        "Its deployments are made by another controller, {}: ECS would refuse ours. Deploy it there, or make the "
        "service "
        "anew with the controller ECS.",
        service.Controller);
  }
  if (service.SchedulingStrategy == "DAEMON" && inputs.desired_count) {
    return fmt::format(
        "It is a DAEMON, with one task on each container instance; Slipway.Ecs.DesiredCount, {}, can't be set. Remove "
        "that property.",
        *inputs.desired_count);
  }
  return std::nullopt;
}

std::optional<std::string> why_unfit(const ServiceFacts& service, const json::object& definition) {
  const std::string network(json::text_at(definition, "networkMode").value_or(""));
  const json::array* required = json::array_at(definition, "requiresCompatibilities");
  const bool is_fargate = is_on_fargate(service);
  if (is_fargate && network != "awsvpc") {
    return fmt::format("It runs on Fargate, where the network mode must be awsvpc, but the task definition has {}.",
                       network.empty() ? "none" : network);
  }
  if (is_fargate && required != nullptr && !required->empty() &&
      !holds(definition, "requiresCompatibilities", "FARGATE")) {
    return "It runs on Fargate, but the compatibilities of the task definition lack FARGATE.";
  }
  if (service.LaunchType == "EC2" && required != nullptr && !required->empty() &&
      !holds(definition, "requiresCompatibilities", "EC2")) {
    return "It runs on EC2, but the compatibilities of the task definition lack EC2.";
  }
  if (service.Arn.empty()) return std::nullopt;  // an older look, which told less
  if (network == "awsvpc" && !service.HasNetwork) {
    return "The task definition has the network mode awsvpc, but the service has no network configuration.";
  }
  return why_unfit_for_balancer(service, definition);
}

std::optional<std::string> why_stuck(const ServiceFacts& service, const Inputs& inputs) {
  const json::object* configuration = service.DeploymentConfiguration.if_object();
  const auto strategy = configuration == nullptr ? std::nullopt : json::text_at(*configuration, "strategy");
  const bool is_daemon = service.SchedulingStrategy == "DAEMON";
  if ((strategy && *strategy != "ROLLING") || service.Running == 0) return std::nullopt;
  const int wanted = service.Desired.value_or(0);
  const int desired = is_daemon ? wanted : inputs.desired_count.value_or(wanted);
  const int least = percent_of(service, "minimumHealthyPercent", inputs.minimum_healthy_percent, is_daemon ? 0 : 100);
  const int most = percent_of(service, "maximumPercent", inputs.maximum_percent, is_daemon ? 100 : 200);
  const int lower = (desired * least + 99) / 100;
  const int upper = desired * most / 100;
  if (desired == 0 || lower < desired || upper > desired) return std::nullopt;
  return fmt::format(
      "With {} of {} task(s) desired, a minimum of {} % healthy (at least {}) and a maximum of {} % (at most {}) ECS "
      "may "
      "neither start a new task nor stop an old one, so the rollout could never progress. Raise "
      "Slipway.Ecs.MaximumPercent to {} or more, or lower Slipway.Ecs.MinimumHealthyPercent to {} or less.",
      service.Running, desired, least, lower, most, upper, (100 * (desired + 1) + desired - 1) / desired,
      100 * (desired - 1) / desired);
}

}  // namespace slipway::steps::ecs
