#include "sim/ecs/ecs_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/core/call.h"

namespace slipway::sim {
namespace {

std::string_view to_string(Health health) {
  switch (health) {
    case Health::healthy:
      return "HEALTHY";
    case Health::unhealthy:
      return "UNHEALTHY";
    case Health::unknown:
      break;
  }
  return "UNKNOWN";
}

std::string_view to_string(RolloutState state) {
  switch (state) {
    case RolloutState::completed:
      return "COMPLETED";
    case RolloutState::failed:
      return "FAILED";
    case RolloutState::in_progress:
      break;
  }
  return "IN_PROGRESS";
}

std::string_view to_string(BreakerStatus status) {
  switch (status) {
    case BreakerStatus::monitoring:
      return "MONITORING";
    case BreakerStatus::triggered:
      return "TRIGGERED";
    case BreakerStatus::monitoring_complete:
      return "MONITORING_COMPLETE";
    case BreakerStatus::disabled:
      break;
  }
  return "DISABLED";
}

struct Counts {
  int pending = 0;
  int running = 0;
};

template <class Belongs>
Counts count_tasks(const Service& service, const Cluster& cluster, Belongs belongs) {
  Counts counts;
  for (const std::string& id : service.tasks) {
    const Task& task = cluster.tasks.at(id);
    if (!belongs(task)) continue;
    counts.pending += task.active() && task.status < TaskStatus::running;
    counts.running += task.status == TaskStatus::running;
  }
  return counts;
}

Counts count_of_deployment(const Service& service, const Cluster& cluster, const std::string& id) {
  return count_tasks(service, cluster, [&](const Task& task) { return task.deployment == id; });
}

/// Requested, running and pending tasks of all deployments at that revision.
json::object revision_counts(const std::string& revision, const Service& service, const Cluster& cluster) {
  int requested = 0;
  Counts counts;
  for (const Deployment& d : service.deployments) {
    if (d.revision != revision) continue;
    const Counts of_deployment = count_of_deployment(service, cluster, d.id);
    requested += d.desired;
    counts.pending += of_deployment.pending;
    counts.running += of_deployment.running;
  }
  return {{"arn", revision},
          {"requestedTaskCount", requested},
          {"runningTaskCount", counts.running},
          {"pendingTaskCount", counts.pending}};
}

void copy_members(json::object& out, const json::object& from, std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) {
    if (const json::value* member = json::find(from, name)) out[name] = *member;
  }
}

json::object show(const Deployment& deployment, const Service& service, const Cluster& cluster) {
  const Counts counts = count_of_deployment(service, cluster, deployment.id);
  json::object out{{"id", deployment.id},
                   {"status", deployment.status == DeploymentStatus::primary ? "PRIMARY" : "ACTIVE"},
                   {"taskDefinition", deployment.task_definition},
                   {"desiredCount", deployment.desired},
                   {"pendingCount", counts.pending},
                   {"runningCount", counts.running},
                   {"failedTasks", deployment.failed_tasks},
                   {"createdAt", timestamp(deployment.created_at)},
                   {"updatedAt", timestamp(deployment.updated_at)},
                   {"rolloutState", to_string(deployment.rollout)},
                   {"rolloutStateReason", deployment.reason}};
  copy_members(out, service.settings,
               {"launchType", "platformVersion", "networkConfiguration", "capacityProviderStrategy",
                "serviceConnectConfiguration"});
  return out;
}

json::array show_events(const Service& service) {
  json::array events;
  for (const ServiceEvent& event : service.events) {
    events.push_back({{"id", event.id}, {"createdAt", timestamp(event.at)}, {"message", event.message}});
  }
  return events;
}

json::object show(const Container& container, const Task& task) {
  json::object out{{"taskArn", task.arn},
                   {"name", container.name},
                   {"image", container.image},
                   {"lastStatus", task.status == TaskStatus::stopped   ? "STOPPED"
                                  : task.status >= TaskStatus::running ? "RUNNING"
                                                                       : "PENDING"},
                   {"healthStatus", to_string(task.health)}};
  if (!container.image_digest.empty()) out["imageDigest"] = container.image_digest;
  if (container.exit_code) out["exitCode"] = *container.exit_code;
  if (!container.reason.empty()) out["reason"] = container.reason;
  return out;
}

}  // namespace

json::object show(const Cluster& cluster) {
  const auto of_status = [&](bool running) {
    return std::count_if(cluster.tasks.begin(), cluster.tasks.end(), [&](const auto& entry) {
      return entry.second.active() && (entry.second.status == TaskStatus::running) == running;
    });
  };
  const auto active = std::count_if(cluster.services.begin(), cluster.services.end(),
                                    [](const auto& entry) { return entry.second.status == "ACTIVE"; });
  return {{"clusterArn", cluster.arn},
          {"clusterName", cluster.name},
          {"status", cluster.status},
          {"registeredContainerInstancesCount", 0},
          {"runningTasksCount", of_status(true)},
          {"pendingTasksCount", of_status(false)},
          {"activeServicesCount", active},
          {"statistics", json::array{}},
          {"tags", json::array{}},
          {"settings", json::array{{{"name", "containerInsights"}, {"value", "disabled"}}}},
          {"capacityProviders", json::array{"FARGATE", "FARGATE_SPOT"}},
          {"defaultCapacityProviderStrategy", json::array{}}};
}

json::object show(const TaskDefinition& definition) {
  json::object out = definition.body;
  out["taskDefinitionArn"] = definition.arn;
  out["revision"] = definition.revision;
  out["status"] = definition.active ? "ACTIVE" : "INACTIVE";
  // Read-only members: DescribeTaskDefinition shows them, RegisterTaskDefinition refuses them.
  out["requiresAttributes"] = json::array{{{"name", "com.amazonaws.ecs.capability.docker-remote-api.1.18"}}};
  out["compatibilities"] = json::array{"EC2"};
  if (text_or(definition.body, "networkMode") == "awsvpc") out["compatibilities"].get_array().push_back("FARGATE");
  out["registeredAt"] = timestamp(definition.registered_at);
  out["registeredBy"] = definition.registered_by;
  set_timestamp(out, "deregisteredAt", definition.deregistered_at);
  return out;
}

json::object show(const Service& service, const Cluster& cluster) {
  const Counts counts = count_tasks(service, cluster, [](const Task&) { return true; });
  json::object out = service.settings;
  out["serviceArn"] = service.arn;
  out["serviceName"] = service.name;
  out["clusterArn"] = cluster.arn;
  out["status"] = service.status;
  out["desiredCount"] = service.desired;
  out["runningCount"] = counts.running;
  out["pendingCount"] = counts.pending;
  out["taskDefinition"] = service.task_definition;
  out["createdAt"] = timestamp(service.created_at);
  out["createdBy"] = service.created_by;
  out["events"] = show_events(service);
  json::array& deployments = out["deployments"].emplace_array();
  json::array& revisions = out["currentServiceRevisions"].emplace_array();
  if (service.status == "INACTIVE") return out;
  std::vector<std::string> shown;
  for (const Deployment& d : service.deployments) {
    deployments.push_back(show(d, service, cluster));
    if (std::find(shown.begin(), shown.end(), d.revision) != shown.end()) continue;
    shown.push_back(d.revision);
    revisions.push_back(revision_counts(d.revision, service, cluster));
  }
  if (!service.service_deployments.empty() && service.service_deployments.front().in_progress()) {
    out["currentServiceDeployment"] = service.service_deployments.front().arn;
  }
  return out;
}

json::object show(const Task& task, const Region& region) {
  json::object out{{"taskArn", task.arn},
                   {"clusterArn", ecs_arn(region.place, "cluster/" + task.cluster)},
                   {"taskDefinitionArn", task.task_definition},
                   {"lastStatus", to_string(task.status)},
                   {"desiredStatus", task.shall_run ? "RUNNING" : "STOPPED"},
                   {"healthStatus", to_string(task.health)},
                   {"launchType", task.launch_type},
                   {"createdAt", timestamp(task.created_at)},
                   {"attachments", json::array{}},
                   {"overrides", {{"containerOverrides", json::array{}}}},
                   {"version", 1}};
  if (!task.service.empty()) out["group"] = "service:" + task.service;
  if (!task.deployment.empty()) out["startedBy"] = task.deployment;
  if (!task.stop_code.empty()) out["stopCode"] = task.stop_code;
  if (!task.stopped_reason.empty()) out["stoppedReason"] = task.stopped_reason;
  set_timestamp(out, "pullStartedAt", task.pull_started_at);
  set_timestamp(out, "pullStoppedAt", task.pull_stopped_at);
  set_timestamp(out, "startedAt", task.started_at);
  set_timestamp(out, "stoppingAt", task.stopping_at);
  set_timestamp(out, "stoppedAt", task.stopped_at);
  if (const TaskDefinition* definition = find_task_definition(region, task.task_definition)) {
    copy_members(out, definition->body, {"cpu", "memory"});
  }
  json::array& containers = out["containers"].emplace_array();
  for (const Container& container : task.containers) containers.push_back(show(container, task));
  return out;
}

json::object show_brief(const ServiceDeployment& rollout, const Service& service, const Cluster& cluster) {
  json::object out{{"serviceDeploymentArn", rollout.arn},
                   {"serviceArn", service.arn},
                   {"clusterArn", cluster.arn},
                   {"createdAt", timestamp(rollout.created_at)},
                   {"startedAt", timestamp(rollout.created_at)},
                   {"status", to_string(rollout.status)},
                   {"targetServiceRevisionArn", rollout.target_revision}};
  if (!rollout.reason.empty()) out["statusReason"] = rollout.reason;
  set_timestamp(out, "finishedAt", rollout.finished_at);
  return out;
}

json::object show(const ServiceDeployment& rollout, const Service& service, const Cluster& cluster) {
  json::object out = show_brief(rollout, service, cluster);
  out.erase("targetServiceRevisionArn");
  out["updatedAt"] = timestamp(rollout.updated_at);
  out["targetServiceRevision"] = revision_counts(rollout.target_revision, service, cluster);
  json::array& sources = out["sourceServiceRevisions"].emplace_array();
  for (const std::string& arn : rollout.source_revisions) sources.push_back(revision_counts(arn, service, cluster));
  out["deploymentConfiguration"] = rollout.configuration;
  out["deploymentCircuitBreaker"] = {{"status", to_string(rollout.breaker)},
                                     {"failureCount", rollout.breaker_failures},
                                     {"threshold", rollout.breaker_threshold}};
  if (rollout.rollback) {
    out["rollback"] = {{"reason", rollout.rollback->reason},
                       {"startedAt", timestamp(rollout.rollback->started_at)},
                       {"serviceRevisionArn", rollout.rollback->revision}};
  }
  if (rollout.status == ServiceDeploymentStatus::stopped) set_timestamp(out, "stoppedAt", rollout.finished_at);
  return out;
}

json::object show(const ServiceRevision& revision, const Service& service, const Cluster& cluster,
                  const Region& region) {
  json::object out{{"serviceRevisionArn", revision.arn},
                   {"serviceArn", service.arn},
                   {"clusterArn", cluster.arn},
                   {"taskDefinition", revision.task_definition},
                   {"createdAt", timestamp(revision.created_at)}};
  copy_members(out, revision.settings,
               {"launchType", "platformVersion", "networkConfiguration", "loadBalancers", "serviceRegistries",
                "capacityProviderStrategy", "serviceConnectConfiguration"});
  json::array& images = out["containerImages"].emplace_array();
  const TaskDefinition* definition = find_task_definition(region, revision.task_definition);
  const json::array* containers =
      definition == nullptr ? nullptr : json::array_at(definition->body, "containerDefinitions");
  for (const json::value& item : containers == nullptr ? json::array{} : *containers) {
    const std::string name = text_or(item.get_object(), "name");
    json::object image{{"containerName", name}, {"image", text_or(item.get_object(), "image")}};
    if (const auto digest = revision.digests.find(name); digest != revision.digests.end()) {
      image["imageDigest"] = digest->second;
    }
    images.push_back(std::move(image));
  }
  return out;
}

json::array show(const Tags& tags) {
  json::array out;
  for (const auto& [key, value] : tags) out.push_back({{"key", key}, {"value", value}});
  return out;
}

Tags read_tags(const json::object& input) {
  Tags tags;
  const json::array* given = json::array_at(input, "tags");
  for (const json::value& item : given == nullptr ? json::array{} : *given) {
    if (!item.is_object()) throw AwsError("SerializationException", "tags must hold objects.");
    const std::string key = required_text(item.get_object(), "key");
    const std::string value = text_or(item.get_object(), "value");
    if (key.size() > 128 || value.size() > 256) {
      throw AwsError("InvalidParameterException", "Tag keys have at most 128, values at most 256 characters.");
    }
    tags[key] = value;
  }
  if (tags.size() > 50) throw AwsError("InvalidParameterException", "A resource can have at most 50 tags.");
  return tags;
}

}  // namespace slipway::sim
