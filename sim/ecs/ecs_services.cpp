#include "sim/ecs/ecs_services.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/ecs/ecs_json.h"
#include "sim/ecs/ecs_lookup.h"
#include "sim/ecs/task_definitions.h"

namespace slipway::sim {
namespace {

/// The settings that UpdateService takes, and whether a change starts a deployment (ECS API reference,
/// UpdateService).
struct Setting {
  std::string_view name;
  bool starts_deployment;
};
constexpr std::array kSettingsOfUpdate = {
    Setting{"networkConfiguration", true},
    Setting{"platformVersion", true},
    Setting{"loadBalancers", true},
    Setting{"serviceRegistries", true},
    Setting{"serviceConnectConfiguration", true},
    Setting{"volumeConfigurations", true},
    Setting{"vpcLatticeConfigurations", true},
    Setting{"capacityProviderStrategy", false},
    Setting{"deploymentConfiguration", false},
    Setting{"availabilityZoneRebalancing", false},
    Setting{"placementConstraints", false},
    Setting{"placementStrategy", false},
    Setting{"healthCheckGracePeriodSeconds", false},
    Setting{"enableExecuteCommand", false},
    Setting{"enableECSManagedTags", false},
    Setting{"propagateTags", false},
};
/// Those that only CreateService takes.
constexpr std::array<std::string_view, 4> kSettingsOfCreate = {"launchType", "schedulingStrategy",
                                                               "deploymentController", "role"};

/// DescribeServices shows a configuration in full, however little of it was given.
json::object full_deployment_configuration(const json::object* given, const json::object& previous, bool daemon) {
  json::object full = previous;
  if (full.empty()) {
    full = {{"deploymentCircuitBreaker", {{"enable", false}, {"rollback", false}}},
            {"maximumPercent", daemon ? 100 : 200},
            {"minimumHealthyPercent", daemon ? 0 : 100},
            {"strategy", "ROLLING"},
            {"bakeTimeInMinutes", 0}};
  }
  if (given == nullptr) return full;
  for (const auto& member : *given) full[member.key()] = member.value();
  return full;
}

int desired_count(const json::object& input, int fallback, bool daemon) {
  const auto desired = json::integer_at(input, "desiredCount");
  if (desired && daemon) {
    throw AwsError("InvalidParameterException",
                   "The daemon scheduling strategy does not support a desired count for services. Remove a desired "
                   "count value and try again.");
  }
  if (desired && (*desired < 0 || *desired > 5000)) {
    throw AwsError("InvalidParameterException", "desiredCount must be between 0 and 5000.");
  }
  return static_cast<int>(desired.value_or(fallback));
}

const TaskDefinition& usable_task_definition(const Region& region, const std::string& name) {
  const TaskDefinition* definition = nullptr;
  try {
    definition = &task_definition_named(region, name);
  } catch (const AwsError&) {
    throw AwsError("ClientException", "TaskDefinition not found.");
  }
  if (!definition->active) throw AwsError("ClientException", "TaskDefinition is inactive");
  return *definition;
}

/// The first container that a load balancer needs and the task definition lacks.
void check_balancers(const TaskDefinition& definition, const json::object& settings) {
  const json::array* balancers = json::array_at(settings, "loadBalancers");
  for (const json::value& balancer : balancers == nullptr ? json::array{} : *balancers) {
    const std::string wanted = text_or(balancer.get_object(), "containerName");
    const json::array& containers = *json::array_at(definition.body, "containerDefinitions");
    const bool is_there = std::any_of(containers.begin(), containers.end(), [&](const json::value& container) {
      return text_or(container.get_object(), "name") == wanted;
    });
    if (!wanted.empty() && !is_there) {
      throw AwsError("InvalidParameterException",
                     fmt::format("The container {} does not exist in the task definition.", wanted));
    }
  }
}

void check_fit(const TaskDefinition& definition, const json::object& settings) {
  check_balancers(definition, settings);
  if (text_or(settings, "launchType") == "FARGATE" && text_or(definition.body, "networkMode") != "awsvpc") {
    throw AwsError("InvalidParameterException", "Task definition does not support launch_type FARGATE.");
  }
  const bool awsvpc = text_or(definition.body, "networkMode") == "awsvpc";
  if (awsvpc && json::find(settings, "networkConfiguration") == nullptr) {
    throw AwsError("InvalidParameterException",
                   "Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
}

}  // namespace

const TaskDefinition& register_task_definition(Region& region, const json::object& registration, const std::string& by,
                                               Time now) {
  TaskDefinition definition;
  definition.body = normal_task_definition(registration);
  for (std::string_view role : {"taskRoleArn", "executionRoleArn"}) {
    const std::string given = text_or(definition.body, role);
    if (given.empty() || given.starts_with("arn:")) continue;
    definition.body[role] =
        fmt::format("arn:{}:iam::{}:role/{}", partition_of(region.place.region), region.place.account, given);
  }
  const Tags tags = read_tags(registration);
  definition.family = text_or(registration, "family");
  Family& family = region.families[definition.family];
  definition.revision = ++family.last_revision;
  definition.arn = ecs_arn(region.place, fmt::format("task-definition/{}:{}", definition.family, definition.revision));
  definition.registered_at = now;
  definition.registered_by = by;
  if (!tags.empty()) region.tags[definition.arn] = tags;
  const int revision = definition.revision;
  return family.revisions.emplace(revision, std::move(definition)).first->second;
}

json::object create_service(Call& call) {
  Cluster& cluster = cluster_named_in(call.region, call.input);
  const std::string name = required_text(call.input, "serviceName");
  const auto existing = cluster.services.find(name);
  if (existing != cluster.services.end() && existing->second.status != "INACTIVE") {
    throw AwsError("InvalidParameterException", "Creation of service was not idempotent.");
  }
  const TaskDefinition& definition = usable_task_definition(call.region, required_text(call.input, "taskDefinition"));
  Service service;
  service.name = name;
  service.arn = ecs_arn(call.region.place, fmt::format("service/{}/{}", cluster.name, name));
  service.cluster = cluster.name;
  const bool daemon = text_or(call.input, "schedulingStrategy") == "DAEMON";
  // A daemon has a task on each container instance; the model has one.
  service.desired = desired_count(call.input, daemon ? 1 : 0, daemon);
  for (std::string_view list : {"loadBalancers", "serviceRegistries", "placementConstraints", "placementStrategy"}) {
    service.settings[list] = json::array{};
  }
  service.settings["launchType"] = "EC2";
  service.settings["schedulingStrategy"] = "REPLICA";
  service.settings["deploymentController"] = {{"type", "ECS"}};
  service.settings["enableECSManagedTags"] = false;
  service.settings["propagateTags"] = "NONE";
  service.settings["enableExecuteCommand"] = false;
  for (std::string_view setting : kSettingsOfCreate) {
    if (const json::value* given = json::find(call.input, setting)) service.settings[setting] = *given;
  }
  for (const Setting& setting : kSettingsOfUpdate) {
    if (const json::value* given = json::find(call.input, setting.name)) service.settings[setting.name] = *given;
  }
  check_fit(definition, service.settings);
  json::object configuration =
      full_deployment_configuration(json::object_at(call.input, "deploymentConfiguration"), {}, daemon);
  service.rules = rollout_rules(configuration);
  service.settings["deploymentConfiguration"] = std::move(configuration);
  service.created_at = call.now;
  service.created_by = call.caller.principal;
  const Tags tags = read_tags(call.input);
  if (!tags.empty()) call.region.tags[service.arn] = tags;
  Service& created = cluster.services[name] = std::move(service);
  call.fleet.start_deployment(call.region.place, created, definition.arn, call.now);
  return {{"service", show(created, cluster)}};
}

json::object update_service(Call& call) {
  Cluster& cluster = cluster_named_in(call.region, call.input);
  Service& service = service_named_in(cluster, call.input);
  if (service.status != "ACTIVE") {
    throw AwsError("ServiceNotActiveException", "Service was not ACTIVE.");
  }
  const std::string controller = text_or(*json::object_at(service.settings, "deploymentController"), "type");
  const std::string wanted = text_or(call.input, "taskDefinition");
  if (controller != "ECS" && !wanted.empty()) {
    throw AwsError("InvalidParameterException",
                   fmt::format("Unable to update task definition on services with a {} deployment controller. Use AWS "
                               "CodeDeploy to trigger a new deployment.",
                               controller));
  }
  // Everything is checked before anything changes.
  const TaskDefinition& definition = wanted.empty() ? *find_task_definition(call.region, service.task_definition)
                                                    : usable_task_definition(call.region, wanted);
  const bool daemon = text_or(service.settings, "schedulingStrategy") == "DAEMON";
  const int desired = desired_count(call.input, service.desired, daemon);
  bool starts =
      definition.arn != service.task_definition || json::flag_at(call.input, "forceNewDeployment").value_or(false);
  json::object settings = service.settings;
  for (const Setting& setting : kSettingsOfUpdate) {
    const json::value* given = json::find(call.input, setting.name);
    if (given == nullptr) continue;
    starts = starts || (setting.starts_deployment && settings[setting.name] != *given);
    settings[setting.name] = *given;
  }
  check_fit(definition, settings);
  settings["deploymentConfiguration"] =
      full_deployment_configuration(json::object_at(call.input, "deploymentConfiguration"),
                                    *json::object_at(service.settings, "deploymentConfiguration"), false);

  service.settings = std::move(settings);
  service.rules = rollout_rules(*json::object_at(service.settings, "deploymentConfiguration"));
  service.desired = desired;
  primary_of(service).desired = desired;
  if (starts) {
    call.fleet.start_deployment(call.region.place, service, definition.arn, call.now);
    call.deployments_started = 1;
  }
  call.fleet.wake(call.region.place, service, call.now);
  return {{"service", show(service, cluster)}};
}

json::object delete_service(Call& call) {
  Cluster& cluster = cluster_named_in(call.region, call.input);
  Service& service = service_named_in(cluster, call.input);
  if (service.status != "ACTIVE") throw AwsError("ServiceNotActiveException", "Service was not ACTIVE.");
  if (service.desired > 0 && !json::flag_at(call.input, "force").value_or(false)) {
    throw AwsError("InvalidParameterException", "The service cannot be stopped while it is scaled above 0.");
  }
  call.fleet.drain(call.region.place, service, call.now);
  return {{"service", show(service, cluster)}};
}

json::object stop_service_deployment(Call& call) {
  const std::string arn = required_text(call.input, "serviceDeploymentArn");
  if (text_or(call.input, "stopType", "ROLLBACK") != "ROLLBACK") {
    throw AwsError("InvalidParameterException", "stopType must be ROLLBACK.");
  }
  for (auto& [cluster_name, cluster] : call.region.clusters) {
    for (auto& [name, service] : cluster.services) {
      const ServiceDeployment* rollout = find_service_deployment(service, arn);
      if (rollout == nullptr) continue;
      const bool stoppable = rollout->status == ServiceDeploymentStatus::in_progress;
      if (!stoppable ||
          !call.fleet.roll_back(call.region.place, service, "Service deployment rolled back on request.", call.now)) {
        throw AwsError("ConflictException", "The service deployment is not in a state that can be rolled back.");
      }
      return {{"serviceDeploymentArn", arn}};
    }
  }
  throw AwsError("ServiceDeploymentNotFoundException", "Service deployment not found.");
}

}  // namespace slipway::sim
