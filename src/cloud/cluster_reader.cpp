#include "cloud/cluster_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "cloud/ecs.h"

namespace slipway::aws {
namespace {

// ListServiceDeployments may lag behind UpdateService.
constexpr Duration kSearchFor = std::chrono::minutes(1);
// By which the times of a deployment and of what ECS keeps beside it may differ.
constexpr Duration kAMoment = std::chrono::seconds(1);
// Within one look, and for as long as a deployment's end may stay unseen.
constexpr Duration kShortestRefusal = std::chrono::seconds(3);
constexpr Duration kLongestRefusal = std::chrono::minutes(5);
constexpr int kLooksBetweenStopped = 6;
constexpr std::size_t kMostStopped = 200;
constexpr std::size_t kMostSeen = 2000;
constexpr std::size_t kMostRevisions = 10'000;

std::string text(const json::object& from, std::string_view name) {
  return std::string(json::text_at(from, name).value_or(""));
}

int count(const json::object& from, std::string_view name) {
  return static_cast<int>(json::integer_at(from, name).value_or(0));
}

template <class Visit>
void each(const json::object& from, std::string_view list, Visit visit) {
  if (const json::array* items = json::array_at(from, list)) {
    for (const auto& item : *items) {
      if (const json::object* object = item.if_object()) visit(*object);
    }
  }
}

DeploymentFacts read_deployment(const json::object& d) {
  return {text(d, "id"),
          text(d, "status"),
          text(d, "taskDefinition"),
          text(d, "rolloutState"),
          text(d, "rolloutStateReason"),
          count(d, "desiredCount"),
          count(d, "runningCount"),
          count(d, "pendingCount"),
          count(d, "failedTasks")};
}

/// AWS lists the newest first; ours is the order of happening.
std::vector<ServiceEvent> read_events(const json::object& service, const ServiceInterest& interest) {
  std::vector<ServiceEvent> events;
  bool known = false;
  each(service, "events", [&](const json::object& event) {
    const auto id = text(event, "id");
    const auto at = ecs::time_at(event, "createdAt").value_or(interest.since);
    known = known || (!interest.last_event.empty() && id == interest.last_event);
    if (!known && at >= interest.since) events.push_back({id, at, text(event, "message")});
  });
  std::ranges::reverse(events);
  return events;
}

/// How containers end that are stopped from outside: by SIGKILL and SIGTERM.
constexpr int kKilled = 137, kTerminated = 143;

/// Has it ended in a way that may end its task? One that was stopped from outside has not, unless its reason tells
/// more.
bool tells_a_cause(const json::object& container) {
  const int exit = static_cast<int>(json::integer_at(container, "exitCode").value_or(0));
  return !text(container, "reason").empty() || (exit != 0 && exit != kKilled && exit != kTerminated);
}

/// "web: exit 137, OutOfMemoryError: …"; empty for a container that has nothing to say. One that ended well says so
/// where no other tells why its task ended: a program that does nothing but end is the cause then.
std::string describe_container(const json::object& container, bool is_cause_told) {
  const auto exit = json::integer_at(container, "exitCode");
  const auto reason = text(container, "reason");
  if (reason.empty() && (!exit || (*exit == 0 && is_cause_told))) return {};
  auto line = text(container, "name") + ":";
  if (exit) line += fmt::format(" exit {}", *exit);
  if (!reason.empty()) line += fmt::format("{} {}", exit ? "," : "", reason);
  return line;
}

StoppedTask read_stopped_task(const json::object& task) {
  StoppedTask out{text(task, "taskArn"), text(task, "stopCode"), text(task, "stoppedReason"), {}, false};
  out.Ran = ecs::time_at(task, "startedAt").has_value();
  bool is_cause_told = out.StopCode != "EssentialContainerExited";
  each(task, "containers", [&](const json::object& container) { is_cause_told |= tells_a_cause(container); });
  each(task, "containers", [&](const json::object& container) {
    if (auto line = describe_container(container, is_cause_told); !line.empty())
      out.Containers.push_back(std::move(line));
  });
  return out;
}

RunningTask read_running_task(const json::object& task) {
  RunningTask out{text(task, "taskArn"), text(task, "taskDefinitionArn"), {}};
  each(task, "containers", [&](const json::object& container) {
    out.Containers.push_back({text(container, "name"), text(container, "imageDigest"), text(container, "image")});
  });
  return out;
}

const DeploymentFacts* find_deployment(const ServiceObservation& seen, std::string_view id) {
  const auto found = std::ranges::find(seen.Deployments, id, &DeploymentFacts::Id);
  return found == seen.Deployments.end() ? nullptr : &*found;
}

const DeploymentFacts* primary(const ServiceObservation& seen) {
  const auto found = std::ranges::find(seen.Deployments, "PRIMARY", &DeploymentFacts::Status);
  return found == seen.Deployments.end() ? nullptr : &*found;
}

/// Worth the reads that prove what runs.
bool looks_settled(const ServiceObservation& seen, const ServiceInterest& interest) {
  const DeploymentFacts* ours = find_deployment(seen, interest.deployment);
  if (ours == nullptr || ours->Status != "PRIMARY" || seen.Desired == 0) return false;
  const bool counts_agree = ours->Running == ours->Desired && ours->Pending == 0;
  return ours->RolloutState == "COMPLETED" || (ours->RolloutState.empty() && counts_agree) ||
         (seen.ServiceDeployment && seen.ServiceDeployment->Status == "SUCCESSFUL");
}

bool has_circuit_breaker(const json::object& service) {
  const json::object* configuration = json::object_at(service, "deploymentConfiguration");
  const json::object* breaker = configuration ? json::object_at(*configuration, "deploymentCircuitBreaker") : nullptr;
  const json::value* enabled = breaker ? json::find(*breaker, "enable") : nullptr;
  return enabled != nullptr && enabled->is_bool() && enabled->get_bool();
}

void read_percentages(const json::object& service, ServiceObservation& seen) {
  const json::object* configuration = json::object_at(service, "deploymentConfiguration");
  if (configuration == nullptr || text(service, "schedulingStrategy") == "DAEMON") return;
  const auto percent = [&](std::string_view name) -> std::optional<int> {
    const auto value = json::integer_at(*configuration, name);
    return value && *value >= 0 && *value <= 1000 ? std::optional(static_cast<int>(*value)) : std::nullopt;
  };
  seen.MinimumHealthyPercent = percent("minimumHealthyPercent");
  seen.MaximumPercent = percent("maximumPercent");
}

/// Changes whenever a task of ours may have stopped.
std::string stopped_mark(const ServiceObservation& seen, const ServiceInterest& interest) {
  const DeploymentFacts* ours = find_deployment(seen, interest.deployment);
  const DeploymentFacts* first = primary(seen);
  return fmt::format("{} {} {} {} {}", seen.Events.empty() ? "" : seen.Events.back().Id, ours ? ours->Failed : -1,
                     ours ? ours->RolloutState : "", first ? first->Id : "",
                     seen.ServiceDeployment ? seen.ServiceDeployment->Status : "");
}

/// The peer has no such operation or thing, or we have no permission for it: nothing that trying at once could mend.
bool is_lasting(const AwsError& error) {
  return error.kind() == FailureKind::client || error.kind() == FailureKind::denied ||
         error.kind() == FailureKind::not_found;
}

}  // namespace

void RefusedFor::refused(SteadyTime now) {
  if (!since_) since_ = now;
  ask_again_ = now + std::clamp(now - *since_, kShortestRefusal, kLongestRefusal);
}

ClusterReader::ClusterReader(Client client, std::string cluster)
    : client_(std::move(client)), sequence_(client_.in_sequence()), cluster_(std::move(cluster)) {}

std::map<std::string, json::object> ClusterReader::describe(const std::vector<std::string>& names) const {
  std::map<std::string, json::object> out;
  for (auto& service : ecs::describe_services(sequence_, cluster_, names).items) {
    auto name = text(service, "serviceName");
    out.insert_or_assign(std::move(name), std::move(service));
  }
  return out;
}

void ClusterReader::prefetch(const std::vector<const LookMemory*>& memories) {
  service_deployments_.clear();
  std::set<std::string> arns;
  for (const auto* memory : memories) {
    if (!memory->service_deployment.empty()) arns.insert(memory->service_deployment);
  }
  if (!arns.empty()) read_service_deployments({arns.begin(), arns.end()});
}

/// What is refused is as if it were not there.
void ClusterReader::read_service_deployments(const std::vector<std::string>& arns) {
  if (!service_deployments_refused_.may_ask(now())) return;
  try {
    for (auto& document : ecs::describe_service_deployments(sequence_, arns).items) {
      auto arn = text(document, "serviceDeploymentArn");
      service_deployments_.insert_or_assign(std::move(arn), std::move(document));
    }
  } catch (const AwsError& error) {
    refused_service_deployments(error);
  }
}

void ClusterReader::refused_service_deployments(const AwsError& error) {
  if (!is_lasting(error)) throw error;
  const bool is_of_one = error.kind() == FailureKind::not_found;
  if (!is_of_one) service_deployments_refused_.refused(now());
}

ServiceObservation ClusterReader::look(const ServiceInterest& interest, LookMemory& memory, const json::object* service,
                                       Time now) {
  ServiceObservation seen;
  seen.At = now;
  if (service == nullptr) return seen;
  seen.Found = true;
  seen.Status = text(*service, "status");
  seen.TaskDefinition = text(*service, "taskDefinition");
  seen.Desired = count(*service, "desiredCount");
  seen.Running = count(*service, "runningCount");
  seen.Pending = count(*service, "pendingCount");
  seen.CircuitBreaker = has_circuit_breaker(*service);
  read_percentages(*service, seen);
  each(*service, "deployments", [&](const json::object& d) { seen.Deployments.push_back(read_deployment(d)); });
  seen.Events = read_events(*service, interest);
  seen.ServiceDeployment = service_deployment(interest, memory);
  const bool settled = looks_settled(seen, interest);
  if (!settled) read_stopped_tasks(interest, memory, seen);
  seen.StoppedTasks = memory.stopped;
  if (settled) read_running_tasks(interest.service, seen);
  return seen;
}

std::optional<ServiceDeploymentFacts> ClusterReader::service_deployment(const ServiceInterest& interest,
                                                                        LookMemory& memory) {
  try {
    if (memory.service_deployment.empty()) search_service_deployment(interest, memory);
    if (memory.service_deployment.empty()) return std::nullopt;
    auto facts = read_service_deployment(interest, memory);
    if (facts) service_deployments_refused_.answered();
    return facts;
  } catch (const AwsError& error) {
    refused_service_deployments(error);
    return std::nullopt;
  }
}

/// The minute begins with the first answer, so that a refusal does not use it up.
void ClusterReader::search_service_deployment(const ServiceInterest& interest, LookMemory& memory) {
  const bool is_over = memory.searching_since && now() - *memory.searching_since > kSearchFor;
  if (is_over || !service_deployments_refused_.may_ask(now())) return;
  memory.service_deployment = find_service_deployment(interest);
  if (!memory.searching_since) memory.searching_since = now();
}

std::optional<ServiceDeploymentFacts> ClusterReader::read_service_deployment(const ServiceInterest& interest,
                                                                             const LookMemory& memory) {
  if (!service_deployments_.contains(memory.service_deployment)) read_service_deployments({memory.service_deployment});
  const auto found = service_deployments_.find(memory.service_deployment);
  if (found == service_deployments_.end()) return std::nullopt;
  const json::object& document = found->second;
  ServiceDeploymentFacts facts{memory.service_deployment,
                               text(document, "status"),
                               text(document, "statusReason"),
                               interest.task_definition,
                               {}};
  if (const json::object* rollback = json::object_at(document, "rollback")) {
    if (facts.StatusReason.empty()) facts.StatusReason = text(*rollback, "reason");
    facts.RollbackTaskDefinition = task_definition_of(text(*rollback, "serviceRevisionArn"));
  }
  return facts;
}

/// Ours is the first one since the update whose target is our revision: a later one of the same revision is somebody's
/// forced deployment. ECS may have made it a moment before the deployment itself; then the last one before is ours.
std::string ClusterReader::find_service_deployment(const ServiceInterest& interest) {
  auto briefs = ecs::list_service_deployments(sequence_, cluster_, interest.service, interest.since - kAMoment);
  std::set<std::string> targets;
  for (const auto& brief : briefs) targets.insert(text(brief, "targetServiceRevisionArn"));
  read_revisions(targets);
  std::erase_if(briefs, [&](const json::object& brief) {
    return task_definition_of(text(brief, "targetServiceRevisionArn")) != interest.task_definition;
  });
  if (briefs.empty()) return {};
  const auto since = std::find_if(briefs.rbegin(), briefs.rend(), [&](const json::object& brief) {
    return ecs::time_at(brief, "createdAt").value_or(interest.since) >= interest.since;
  });
  return text(since == briefs.rend() ? briefs.front() : *since, "serviceDeploymentArn");
}

/// "" for a revision that does not exist.
std::string ClusterReader::task_definition_of(const std::string& revision_arn) {
  read_revisions({revision_arn});
  const auto known = revision_task_definition_.find(revision_arn);
  return known == revision_task_definition_.end() ? std::string() : known->second;
}

void ClusterReader::read_revisions(const std::set<std::string>& arns) {
  std::vector<std::string> unknown;
  std::ranges::copy_if(arns, std::back_inserter(unknown), [&](const std::string& arn) {
    return !arn.empty() && !revision_task_definition_.contains(arn);
  });
  if (unknown.empty()) return;
  if (revision_task_definition_.size() > kMostRevisions) revision_task_definition_.clear();
  for (const auto& revision : ecs::describe_service_revisions(sequence_, unknown).items) {
    revision_task_definition_[text(revision, "serviceRevisionArn")] = text(revision, "taskDefinition");
  }
}

/// Only when something has changed, because each reading costs two calls; and now and then, because AWS's list lags.
void ClusterReader::read_stopped_tasks(const ServiceInterest& interest, LookMemory& memory,
                                       const ServiceObservation& seen) {
  auto mark = stopped_mark(seen, interest);
  if (mark == memory.stopped_mark && ++memory.looks_since_stopped < kLooksBetweenStopped) return;
  std::vector<std::string> unseen;
  try {
    for (auto& arn : ecs::list_tasks(sequence_, cluster_, interest.service, ecs::DesiredStatus::stopped)) {
      if (!memory.seen_tasks.contains(arn)) unseen.push_back(std::move(arn));
    }
    for (const auto& task : ecs::describe_tasks(sequence_, cluster_, unseen).items) {
      if (text(task, "startedBy") == interest.deployment) memory.stopped.push_back(read_stopped_task(task));
    }
  } catch (const AwsError& error) {
    if (!is_lasting(error)) throw;  // without the permission a failure is told less well, but it is told
  }
  memory.stopped_mark = std::move(mark);
  memory.looks_since_stopped = 0;
  if (memory.seen_tasks.size() > kMostSeen) memory.seen_tasks.clear();
  memory.seen_tasks.insert(unseen.begin(), unseen.end());
  if (memory.stopped.size() > kMostStopped) {
    memory.stopped.erase(memory.stopped.begin(), memory.stopped.end() - static_cast<std::ptrdiff_t>(kMostStopped));
  }
}

/// Without the permission nothing is proven, but the rest of the look stands.
void ClusterReader::read_running_tasks(const std::string& service, ServiceObservation& seen) const {
  try {
    seen.RunningTasks = running_tasks(service);
  } catch (const AwsError& error) {
    if (!is_lasting(error)) throw;
    seen.TasksError = error.message();
  }
}

std::vector<RunningTask> ClusterReader::running_tasks(const std::string& service) const {
  const auto arns = ecs::list_tasks(sequence_, cluster_, service, ecs::DesiredStatus::running);
  std::vector<RunningTask> out;
  for (const auto& task : ecs::describe_tasks(sequence_, cluster_, arns).items) {
    // Some emulators ignore the filter by service.
    const auto group = text(task, "group");
    const bool is_of_service = group.empty() || group == "service:" + service;
    if (is_of_service && text(task, "lastStatus") == "RUNNING") out.push_back(read_running_task(task));
  }
  return out;
}

std::vector<StoppedTask> stopped_tasks(const Client& client, const std::string& cluster, const std::string& service,
                                       const std::string& deployment) {
  const auto arns = ecs::list_tasks(client, cluster, service, ecs::DesiredStatus::stopped);
  std::vector<StoppedTask> out;
  for (const auto& task : ecs::describe_tasks(client, cluster, arns).items) {
    if (text(task, "startedBy") == deployment) out.push_back(read_stopped_task(task));
  }
  return out;
}

}  // namespace slipway::aws
