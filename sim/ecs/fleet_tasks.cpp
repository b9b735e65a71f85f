// The life of a task, from launch to being forgotten.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "sim/ecr/registry.h"
#include "sim/ecs/fleet.h"

namespace slipway::sim {
namespace {

constexpr int kExitBySignal = 137;  ///< SIGKILL, what a container reports that did not end by itself

/// When a container's check gives its first verdict after RUNNING.
struct HealthCheck {
  Duration passes_after;
  Duration fails_after;
};

/// The slowest check of the task's essential containers; none when no essential container has one.
std::optional<HealthCheck> health_check_of(const json::object& task_definition) {
  std::optional<HealthCheck> slowest;
  const json::array* containers = json::array_at(task_definition, "containerDefinitions");
  for (const json::value& item : containers == nullptr ? json::array{} : *containers) {
    const json::object& container = item.get_object();
    const json::object* check = json::object_at(container, "healthCheck");
    if (check == nullptr || !json::flag_at(container, "essential").value_or(true)) continue;
    const std::chrono::seconds interval(json::integer_at(*check, "interval").value_or(30));
    const std::chrono::seconds grace(json::integer_at(*check, "startPeriod").value_or(0));
    const HealthCheck times{interval, grace + interval * json::integer_at(*check, "retries").value_or(3)};
    if (!slowest || times.passes_after > slowest->passes_after) slowest = times;
  }
  return slowest;
}

/// What a task without a health check of its own fails by, when a misbehaviour says "unhealthy".
constexpr Duration kAssumedVerdictAfter = std::chrono::seconds(90);

std::vector<Container> containers_of(const json::object& task_definition) {
  std::vector<Container> containers;
  const json::array* definitions = json::array_at(task_definition, "containerDefinitions");
  for (const json::value& item : definitions == nullptr ? json::array{} : *definitions) {
    const json::object& definition = item.get_object();
    Container container;
    container.name = json::text_at(definition, "name").value_or("");
    container.image = json::text_at(definition, "image").value_or("");
    container.essential = json::flag_at(definition, "essential").value_or(true);
    containers.push_back(std::move(container));
  }
  return containers;
}

Service* service_of(Cluster& cluster, const Task& task) {
  const auto service = cluster.services.find(task.service);
  return service == cluster.services.end() ? nullptr : &service->second;
}

ServiceRevision* revision_of(Cluster& cluster, const Task& task) {
  Service* service = service_of(cluster, task);
  const Deployment* deployment = service == nullptr ? nullptr : find_deployment(*service, task.deployment);
  if (deployment == nullptr) return nullptr;
  const auto revision = service->revisions.find(deployment->revision);
  return revision == service->revisions.end() ? nullptr : &revision->second;
}

/// Resolves every image of the task and notes digests and misbehaviour; why not, when one can't be pulled.
std::optional<std::string> resolve_images(const World& world, const Place& place, ServiceRevision* revision,
                                          Task& task) {
  for (Container& container : task.containers) {
    std::optional<std::string> pinned;
    if (revision != nullptr && revision->digests.contains(container.name)) pinned = revision->digests[container.name];
    const PullResult result = pull(world, place.account, container.image, pinned);
    if (const auto* refused = std::get_if<PullRefused>(&result)) {
      container.reason = refused->reason;
      return refused->reason;
    }
    const auto& image = std::get<PulledImage>(result);
    container.image_digest = image.digest;
    if (revision != nullptr) revision->digests.emplace(container.name, image.digest);
    if (image.misbehaviour == nullptr) continue;
    // The end of a container that is not essential ends no task.
    if (!container.essential && image.misbehaviour->kind == MisbehaviourKind::crash_after_start) continue;
    task.misbehaviour = *image.misbehaviour;
    task.misbehaving_container = container.name;
  }
  return std::nullopt;
}

/// How long after its start a task's unhealthy results are ignored.
Duration grace_period(Cluster& cluster, const Task& task) {
  const Service* service = service_of(cluster, task);
  const auto seconds = service ? json::integer_at(service->settings, "healthCheckGracePeriodSeconds") : std::nullopt;
  return std::chrono::seconds(seconds.value_or(0));
}

bool behaves(const Task& task, MisbehaviourKind kind) { return task.misbehaviour && task.misbehaviour->kind == kind; }

}  // namespace

Task& Fleet::launch(Region& region, Cluster& cluster, Service& service, const Deployment& deployment, Time now) {
  Task task;
  task.id = hex(32);
  task.arn = ecs_arn(region.place, fmt::format("task/{}/{}", cluster.name, task.id));
  task.cluster = cluster.name;
  task.service = service.name;
  task.deployment = deployment.id;
  task.task_definition = deployment.task_definition;
  task.launch_type = json::text_at(service.settings, "launchType").value_or("EC2");
  task.created_at = now;
  if (const TaskDefinition* definition = find_task_definition(region, deployment.task_definition)) {
    task.containers = containers_of(definition->body);
  }
  const bool fargate = task.launch_type == "FARGATE";
  task.status = fargate ? TaskStatus::provisioning : TaskStatus::pending;
  const Duration placement =
      fargate ? between(pace_.fargate_placement_least, pace_.fargate_placement_most) : pace_.ec2_placement;
  service.tasks.push_back(task.id);
  schedule(now + placement, Happening::task_placed, region.place, cluster.name, task.id);
  return cluster.tasks.emplace(task.id, std::move(task)).first->second;
}

std::optional<std::string> Fleet::settle(const Place& place, Service& service, Time now) {
  Region& region = world_.region(place);
  Cluster& cluster = region.clusters.at(service.cluster);
  for (int i = 0; i < service.desired; ++i) {
    Task& task = launch(region, cluster, service, primary_of(service), now);
    if (auto refusal = resolve_images(world_, place, revision_of(cluster, task), task)) return refusal;
    task.status = TaskStatus::running;
    task.started_at = now;
    become_healthy(place, cluster, task, now);
  }
  complete(service, now);
  return std::nullopt;
}

void Fleet::begin_pull(Region& region, Cluster& cluster, Task& task, Time now) {
  task.status = TaskStatus::pending;
  task.pull_started_at = now;
  const bool refused = resolve_images(world_, region.place, revision_of(cluster, task), task).has_value();
  const Duration length = refused ? pace_.pull_refused : between(pace_.pull_least, pace_.pull_most);
  schedule(now + length, Happening::task_pulled, region.place, cluster.name, task.id);
}

void Fleet::finish_pull(Region& region, Cluster& cluster, Task& task, Time now) {
  // Asked again, because an image can vanish while it is pulled.
  if (auto refusal = resolve_images(world_, region.place, revision_of(cluster, task), task)) {
    return fail_to_start(region, cluster, task, std::move(*refusal), now);
  }
  task.pull_stopped_at = now;
  schedule(now + pace_.container_start, Happening::task_started, region.place, cluster.name, task.id);
}

void Fleet::fail_to_start(Region& region, Cluster& cluster, Task& task, std::string reason, Time now) {
  task.shall_run = false;
  task.stop_code = "TaskFailedToStart";
  task.stopped_reason = std::move(reason);
  task.stopping_at = now;
  end(region.place, cluster, task, now);
  Service* service = service_of(cluster, task);
  if (service == nullptr) return;
  delay_next_start(*service, now);
  const Deployment* deployment = find_deployment(*service, task.deployment);
  // The breaker's first stage ends with the first task that runs (ECS guide, "How the Amazon ECS deployment
  // circuit breaker detects failures").
  if (deployment != nullptr && !deployment->reached_running) count_failure(region.place, *service, deployment->id, now);
}

void Fleet::run(Region& region, Cluster& cluster, Task& task, Time now) {
  task.status = TaskStatus::running;
  task.started_at = now;
  if (Service* service = service_of(cluster, task)) {
    service->failed_starts = 0;
    service->next_start = now;
    if (Deployment* deployment = find_deployment(*service, task.deployment)) deployment->reached_running = true;
  }
  const auto later = [&](Duration delay, Happening what) {
    schedule(now + delay, what, region.place, cluster.name, task.id);
  };
  const TaskDefinition* definition = find_task_definition(region, task.task_definition);
  const auto check = definition == nullptr ? std::nullopt : health_check_of(definition->body);
  if (behaves(task, MisbehaviourKind::crash_after_start)) {
    later(pace_.scaled(task.misbehaviour->after), Happening::task_crashed);
  }
  if (behaves(task, MisbehaviourKind::unhealthy)) {
    const Duration verdict = check ? check->fails_after : kAssumedVerdictAfter;
    later(pace_.scaled(std::max(verdict, grace_period(cluster, task))), Happening::task_unhealthy);
  } else {
    later(check ? pace_.scaled(check->passes_after) : pace_.healthy_after, Happening::task_healthy);
  }
}

void Fleet::become_healthy(const Place& place, Cluster& cluster, Task& task, Time now) {
  const TaskDefinition* definition = find_task_definition(world_.region(place), task.task_definition);
  if (definition != nullptr && health_check_of(definition->body)) task.health = Health::healthy;
  task.counts_as_healthy = true;
  Service* service = service_of(cluster, task);
  if (service == nullptr) return;
  if (Deployment* deployment = find_deployment(*service, task.deployment)) {
    deployment->failed_tasks = 0;
    if (service->rules.reset_on_healthy_task) deployment->breaker_failures = 0;
  }
  wake(place, *service, now);
}

void Fleet::become_unhealthy(const Place& place, Cluster& cluster, Task& task, Time now) {
  task.health = Health::unhealthy;
  task.counts_as_healthy = false;
  if (Service* service = service_of(cluster, task)) wake(place, *service, now);
}

void Fleet::crash(const Place& place, Cluster& cluster, Task& task, Time now) {
  for (Container& container : task.containers) {
    const bool is_culprit = container.name == task.misbehaving_container;
    container.exit_code = is_culprit ? task.misbehaviour->exit_code : kExitBySignal;
  }
  stop_task(place, task, "EssentialContainerExited", "Essential container in task exited", now);
  Service* service = service_of(cluster, task);
  if (service == nullptr) return;
  if (rules_.count_exit_after_running) count_failure(place, *service, task.deployment, now);
  wake(place, *service, now);
}

void Fleet::stop_task(const Place& place, Task& task, std::string stop_code, std::string reason, Time now) {
  if (!task.shall_run) return;
  task.shall_run = false;
  task.counts_as_healthy = false;
  task.status = TaskStatus::stopping;
  task.stop_code = std::move(stop_code);
  task.stopped_reason = std::move(reason);
  task.stopping_at = now;
  schedule(now + pace_.container_stop, Happening::task_stopped, place, task.cluster, task.id);
}

void Fleet::end(const Place& place, Cluster& cluster, Task& task, Time now) {
  task.status = TaskStatus::stopped;
  task.stopped_at = now;
  // A container that never ran has no exit code.
  for (Container& container : task.containers) {
    if (task.started_at && !container.exit_code) container.exit_code = 0;
  }
  schedule(now + kStoppedTasksVisible, Happening::task_forgotten, place, cluster.name, task.id);
  if (Service* service = service_of(cluster, task)) {
    std::erase(service->tasks, task.id);
    wake(place, *service, now);
  }
}

}  // namespace slipway::sim
