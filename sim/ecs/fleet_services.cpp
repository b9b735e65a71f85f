// The service scheduler: from counts to tasks, deployments and events.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "sim/ecs/fleet.h"

namespace slipway::sim {
namespace {

/// AWS repeats an event about an unresolved problem only after this time.
constexpr Duration kRepeatProblemAfter = std::chrono::hours(6);
constexpr std::size_t kEventsKept = 100;
constexpr std::string_view kSteadyState = "has reached a steady state.";
/// From so many failed starts in a row on, the service is called impaired.
constexpr int kStartsFailedConsistently = 3;

int room_for_tasks(const Cluster& cluster) {
  if (cluster.full) return 0;
  if (!cluster.capacity) return std::numeric_limits<int>::max();
  const auto active = std::count_if(cluster.tasks.begin(), cluster.tasks.end(),
                                    [](const auto& entry) { return entry.second.active(); });
  return std::max(0, *cluster.capacity - static_cast<int>(active));
}

template <class Visit>
void for_each_live_task(auto& cluster, const Service& service, Visit visit) {
  for (const std::string& id : service.tasks) visit(cluster.tasks.at(id));
}

int active_tasks(const Cluster& cluster, const Service& service, std::string_view deployment) {
  int active = 0;
  for_each_live_task(cluster, service, [&](const Task& t) { active += t.active() && t.deployment == deployment; });
  return active;
}

Census take_census(const Cluster& cluster, const Service& service, const Rules& rules) {
  Census census;
  census.desired = service.desired;
  census.bounds = bounds_of(service.desired, service.rules.minimum_healthy_percent, service.rules.maximum_percent);
  const std::string& primary = primary_of(service).id;
  for_each_live_task(cluster, service, [&](const Task& task) {
    if (!task.active()) return;
    if (task.deployment == primary) {
      ++census.primary_active;
      census.primary_healthy += task.counts_as_healthy;
      census.primary_unhealthy += task.health == Health::unhealthy;
    } else {
      ++census.old_active;
      census.old_healthy += task.counts_as_healthy;
    }
  });
  if (!rules.replace_from_own_revision) return census;
  for (const Deployment& d : service.deployments) {
    if (d.id == primary || d.rollout == RolloutState::failed) continue;
    census.old_missing += std::max(0, d.desired - active_tasks(cluster, service, d.id));
  }
  return census;
}

void finish(ServiceDeployment& rollout, ServiceDeploymentStatus status, std::string reason, Time now) {
  rollout.status = status;
  rollout.reason = std::move(reason);
  rollout.finished_at = rollout.updated_at = now;
  if (rollout.breaker == BreakerStatus::monitoring) rollout.breaker = BreakerStatus::monitoring_complete;
}

void stop_rollouts(Service& service, const std::string& reason, Time now) {
  for (ServiceDeployment& rollout : service.service_deployments) {
    if (rollout.in_progress()) finish(rollout, ServiceDeploymentStatus::stopped, reason, now);
  }
}

}  // namespace

void Fleet::tick(Region& region, Cluster& cluster, Service& service, Time now) {
  service.next_tick.reset();
  if (service.status == "INACTIVE") return;
  Moves moves = decide(take_census(cluster, service, rules_));
  const bool primary_failed = primary_of(service).rollout == RolloutState::failed;
  if (primary_failed) moves.start_primary = moves.stop_old = 0;
  if (moves.stuck && !primary_failed) {
    tell_once(service, now,
              "was unable to stop or start tasks during a deployment because of the service deployment configuration. "
              "Update the minimumHealthyPercent or maximumPercent value and try again.");
  }
  stop_tasks(region.place, cluster, service, false, moves.stop_old, now);
  for (std::size_t i = 1; i < service.deployments.size() && moves.start_old > 0; ++i) {
    const Deployment& old = service.deployments[i];
    if (old.rollout == RolloutState::failed) continue;
    const int missing = std::min(moves.start_old, old.desired - active_tasks(cluster, service, old.id));
    if (missing <= 0) continue;
    moves.start_old -= missing;
    start_tasks(region, cluster, service, old, missing, now);
  }
  // The primary comes last: its failures may trip the breaker and put another deployment in its place.
  const Deployment primary = primary_of(service);
  stop_tasks(region.place, cluster, service, true, moves.stop_primary, now);
  const bool still_primary = primary_of(service).id == primary.id && primary_of(service).rollout == primary.rollout;
  if (still_primary && moves.start_primary > 0) {
    start_tasks(region, cluster, service, primary, moves.start_primary, now);
  }
  conclude_if_settled(cluster, service, now);
}

void Fleet::start_tasks(Region& region, Cluster& cluster, Service& service, const Deployment& deployment, int count,
                        Time now) {
  if (now < service.next_start) return look_again(region.place, service, service.next_start);
  const int launched = std::min(count, room_for_tasks(cluster));
  std::string started;
  for (int i = 0; i < launched; ++i) {
    const Task& task = launch(region, cluster, service, deployment, now);
    started += fmt::format("{}(task {})", started.empty() ? "" : " ", task.id);
  }
  if (launched > 0) tell(service, now, fmt::format("has started {} tasks: {}.", launched, started));
  if (launched == count) return;
  tell_once(
      service, now,
      "was unable to place a task because no container instance met all of its requirements. Reason: No Container "
      "Instances were found in your cluster.");
  delay_next_start(service, now);
  look_again(region.place, service, service.next_start);
  // In its second stage the breaker counts failed health checks only.
  if (!deployment.reached_running) count_failure(region.place, service, deployment.id, now);
}

void Fleet::stop_tasks(const Place& place, Cluster& cluster, Service& service, bool of_primary, int count, Time now) {
  const std::string primary = primary_of(service).id;
  std::vector<Task*> candidates;
  for_each_live_task(cluster, service, [&](Task& task) {
    if (task.active() && (task.deployment == primary) == of_primary) candidates.push_back(&task);
  });
  // Failed ones first, then those that don't serve yet, then the rest.
  std::stable_sort(candidates.begin(), candidates.end(), [](const Task* a, const Task* b) {
    const auto rank = [](const Task* t) { return t->health == Health::unhealthy ? 0 : t->counts_as_healthy ? 2 : 1; };
    return rank(a) < rank(b);
  });
  candidates.resize(std::min(candidates.size(), static_cast<std::size_t>(count)));
  std::string stopped;
  for (Task* task : candidates) {
    const bool failed = task->health == Health::unhealthy;
    const std::string why = failed ? "Task failed container health checks"
                                   : fmt::format("Scaling activity initiated by (deployment {})", task->deployment);
    stop_task(place, *task, "ServiceSchedulerInitiated", why, now);
    stopped += fmt::format("{}(task {})", stopped.empty() ? "" : " ", task->id);
    Deployment* deployment = find_deployment(service, task->deployment);
    if (!of_primary && deployment != nullptr) deployment->desired = std::max(0, deployment->desired - 1);
    if (of_primary && failed) count_failure(place, service, task->deployment, now);
  }
  if (!candidates.empty()) {
    tell(service, now, fmt::format("has stopped {} running tasks: {}.", candidates.size(), stopped));
  }
}

void Fleet::conclude_if_settled(const Cluster& cluster, Service& service, Time now) {
  if (service.status == "DRAINING" && service.tasks.empty()) {
    service.status = "INACTIVE";
    return;
  }
  const Census census = take_census(cluster, service, rules_);
  const Deployment& primary = primary_of(service);
  const bool others_gone = std::none_of(service.tasks.begin(), service.tasks.end(), [&](const std::string& id) {
    return cluster.tasks.at(id).deployment != primary.id;
  });
  if (!others_gone || census.primary_active != census.desired || census.primary_healthy != census.desired) return;
  if (primary.rollout == RolloutState::in_progress) complete(service, now);
  const bool told = !service.events.empty() && service.events.front().message.ends_with(kSteadyState);
  if (primary.rollout == RolloutState::completed && service.status == "ACTIVE" && !told) {
    tell(service, now, std::string(kSteadyState));
  }
}

void Fleet::complete(Service& service, Time now) {
  service.deployments.resize(1);
  Deployment& primary = primary_of(service);
  primary.rollout = RolloutState::completed;
  primary.reason = fmt::format("ECS deployment {} completed.", primary.id);
  primary.updated_at = now;
  service.last_completed = primary;
  if (ServiceDeployment* rollout = find_service_deployment(service, primary.service_deployment)) {
    finish(*rollout,
           primary.is_rollback ? ServiceDeploymentStatus::rollback_successful : ServiceDeploymentStatus::successful,
           rollout->reason, now);
  }
  tell(service, now, fmt::format("(deployment {}) deployment completed.", primary.id));
}

Deployment& Fleet::add_deployment(Service& service, Deployment deployment, Time now) {
  deployment.id = "ecs-svc/" + digits(19);
  deployment.created_at = deployment.updated_at = now;
  deployment.desired = service.desired;
  service.deployments.insert(service.deployments.begin(), std::move(deployment));
  service.task_definition = primary_of(service).task_definition;
  // What failed to start before says nothing about the new task definition.
  service.failed_starts = 0;
  service.next_start = now;
  return primary_of(service);
}

void Fleet::start_deployment(const Place& place, Service& service, const std::string& task_definition, Time now) {
  const std::string path = service.cluster + "/" + service.name + "/";
  ServiceRevision revision;
  revision.arn = ecs_arn(place, "service-revision/" + path + digits(19));
  revision.task_definition = task_definition;
  revision.settings = service.settings;
  revision.created_at = now;

  ServiceDeployment rollout;
  rollout.arn = ecs_arn(place, "service-deployment/" + path + random_.text(22, "abcdefghijkmnpqrstuvwxyz23456789"));
  rollout.target_revision = revision.arn;
  for (const Deployment& d : service.deployments) rollout.source_revisions.push_back(d.revision);
  if (const json::object* configuration = json::object_at(service.settings, "deploymentConfiguration")) {
    rollout.configuration = *configuration;
  }
  rollout.breaker = service.rules.breaker ? BreakerStatus::monitoring : BreakerStatus::disabled;
  rollout.breaker_threshold = failures_allowed(service.rules.threshold, service.desired);
  rollout.created_at = rollout.updated_at = now;

  stop_rollouts(service, "Service deployment stopped: superseded by " + rollout.arn + ".", now);
  const Cluster& cluster = world_.region(place).clusters.at(service.cluster);
  for (Deployment& d : service.deployments) {
    d.status = DeploymentStatus::active;
    d.desired = std::min(d.desired, active_tasks(cluster, service, d.id));
  }
  Deployment fresh;
  fresh.task_definition = task_definition;
  fresh.revision = revision.arn;
  fresh.service_deployment = rollout.arn;
  Deployment& primary = add_deployment(service, std::move(fresh), now);
  primary.reason = fmt::format("ECS deployment {} in progress.", primary.id);
  rollout.deployment = primary.id;
  service.service_deployments.insert(service.service_deployments.begin(), std::move(rollout));
  service.revisions.emplace(revision.arn, std::move(revision));
  wake(place, service, now);
}

bool Fleet::roll_back(const Place& place, Service& service, std::string reason, Time now) {
  if (!service.last_completed || primary_of(service).is_rollback) return false;
  Deployment& failed = primary_of(service);
  const Cluster& cluster = world_.region(place).clusters.at(service.cluster);
  failed.status = DeploymentStatus::active;
  failed.rollout = RolloutState::failed;
  failed.desired = active_tasks(cluster, service, failed.id);
  failed.updated_at = now;

  Deployment back;
  back.task_definition = service.last_completed->task_definition;
  back.revision = service.last_completed->revision;
  back.service_deployment = failed.service_deployment;
  back.is_rollback = true;
  back.reason = std::move(reason);
  if (ServiceDeployment* rollout = find_service_deployment(service, failed.service_deployment)) {
    rollout->status = ServiceDeploymentStatus::rollback_in_progress;
    rollout->reason = back.reason;
    rollout->rollback = Rollback{back.reason, back.revision, now};
    rollout->updated_at = now;
  }
  const std::string previous = service.last_completed->id;
  const std::string failed_id = failed.id;
  add_deployment(service, std::move(back), now);
  tell(service, now, fmt::format("(deployment {}) rolling back to deployment {}.", failed_id, previous));
  wake(place, service, now);
  return true;
}

void Fleet::drain(const Place& place, Service& service, Time now) {
  service.status = "DRAINING";
  service.desired = 0;
  primary_of(service).desired = 0;
  stop_rollouts(service, "Service deployment stopped: the service was deleted.", now);
  if (service.tasks.empty()) service.status = "INACTIVE";
  wake(place, service, now);
}

void Fleet::count_failure(const Place& place, Service& service, const std::string& deployment, Time now) {
  Deployment* failing = find_deployment(service, deployment);
  if (failing == nullptr) return;
  ++failing->failed_tasks;
  ++failing->breaker_failures;
  failing->updated_at = now;
  if (failing->status != DeploymentStatus::primary || failing->rollout != RolloutState::in_progress) return;
  ServiceDeployment* rollout = find_service_deployment(service, failing->service_deployment);
  if (rollout == nullptr || !service.rules.breaker) return;
  rollout->breaker_failures = failing->breaker_failures;
  rollout->breaker_threshold = failures_allowed(service.rules.threshold, service.desired);
  if (failing->breaker_failures >= rollout->breaker_threshold) trip_breaker(place, service, *failing, now);
}

void Fleet::delay_next_start(Service& service, Time now) {
  ++service.failed_starts;
  service.next_start = now + start_delay(service.failed_starts, pace_.first_start_delay, pace_.longest_start_delay);
  if (service.failed_starts >= kStartsFailedConsistently) {
    tell_once(service, now, "is unable to consistently start tasks successfully.");
  }
}

void Fleet::trip_breaker(const Place& place, Service& service, Deployment& failing, Time now) {
  static constexpr std::string_view reason = "ECS deployment circuit breaker: tasks failed to start.";
  failing.rollout = RolloutState::failed;
  failing.reason = reason;
  failing.updated_at = now;
  tell(service, now, fmt::format("(deployment {}) deployment failed: tasks failed to start.", failing.id));
  ServiceDeployment& rollout = *find_service_deployment(service, failing.service_deployment);
  rollout.breaker = BreakerStatus::triggered;
  if (failing.is_rollback) {
    finish(rollout, ServiceDeploymentStatus::rollback_failed, std::string(reason), now);
    return;
  }
  const bool wants_back = service.rules.breaker_rolls_back && service.last_completed;
  const std::string back_to = wants_back ? service.last_completed->id : "";
  const bool going_back =
      wants_back &&
      roll_back(place, service, "ECS deployment circuit breaker: rolling back to deploymentId " + back_to, now);
  if (!going_back) finish(rollout, ServiceDeploymentStatus::stopped, std::string(reason), now);
}

void Fleet::tell(Service& service, Time now, std::string message) {
  service.events.push_front({random_.uuid(), now, fmt::format("(service {}) {}", service.name, message)});
  if (service.events.size() > kEventsKept) service.events.pop_back();
}

void Fleet::tell_once(Service& service, Time now, std::string message) {
  const std::string full = fmt::format("(service {}) {}", service.name, message);
  for (const ServiceEvent& event : service.events) {
    if (now - event.at > kRepeatProblemAfter) break;
    if (event.message == full) return;
    // A completed deployment resolved whatever was a problem before.
    if (event.message.ends_with("deployment completed.")) break;
  }
  tell(service, now, std::move(message));
}

}  // namespace slipway::sim
