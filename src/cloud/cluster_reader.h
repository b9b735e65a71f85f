// Reads what is to be known of rollouts in one ECS cluster, in as few calls as it takes. No scheduling: that is
// poller.h's.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "cloud/client.h"
#include "cloud/service_observation.h"

namespace slipway::aws {

/// Which rollout somebody watches.
struct ServiceInterest {
  std::string cluster;
  std::string service;          ///< name
  std::string deployment;       ///< "ecs-svc/…", as UpdateService answered
  std::string task_definition;  ///< ARN of the revision that it rolls out
  Time since{};                 ///< when it began: its deployment's createdAt, or a little before UpdateService
  std::string last_event;       ///< id of the newest event that is known already; empty: all since `since`
};

/// What the reader remembers of one interest between two looks.
struct LookMemory {
  std::string service_deployment;             ///< ARN, once found
  std::optional<SteadyTime> searching_since;  ///< when the peer first answered where it may be
  std::string stopped_mark;                   ///< what the service showed when stopped tasks were last read
  int looks_since_stopped = 0;
  std::set<std::string> seen_tasks;  ///< ARNs of stopped tasks that have been described
  std::vector<StoppedTask> stopped;  ///< of our deployment, in the order seen
};

/// When to ask again for what a peer refuses. A refusal may pass (a policy that has yet to take effect, a proxy's page)
/// or stay (no permission, an emulator that lacks the operation), which nothing but time tells: the next question comes
/// after as long as the refusing has lasted, within bounds.
class RefusedFor {
 public:
  bool may_ask(SteadyTime now) const { return now >= ask_again_; }
  void refused(SteadyTime now);
  void answered() { since_.reset(); }

 private:
  std::optional<SteadyTime> since_;
  SteadyTime ask_again_;
};

/// Threads: one at a time. Its reads throw what Client::call does.
class ClusterReader {
 public:
  ClusterReader(Client client, std::string cluster);

  /// The reads from here to the next call of this are one sequence (Client::in_sequence): they take one turn below the
  /// rate limit, because one that parks throws away what those before it have read.
  void begin_sequence() { sequence_ = client_.in_sequence(); }
  /// The services that exist, by name.
  std::map<std::string, json::object> describe(const std::vector<std::string>& names) const;
  /// Reads the service deployments that these have found, twenty a call, for the looks that follow.
  void prefetch(const std::vector<const LookMemory*>&);
  /// One look. `service` is what describe() gave; null pointer: it does not exist.
  ServiceObservation look(const ServiceInterest&, LookMemory&, const json::object* service, Time now);

 private:
  std::optional<ServiceDeploymentFacts> service_deployment(const ServiceInterest&, LookMemory&);
  void search_service_deployment(const ServiceInterest&, LookMemory&);
  std::string find_service_deployment(const ServiceInterest&);
  std::optional<ServiceDeploymentFacts> read_service_deployment(const ServiceInterest&, const LookMemory&);
  void read_service_deployments(const std::vector<std::string>& arns);
  std::string task_definition_of(const std::string& revision_arn);
  void read_revisions(const std::set<std::string>& arns);
  void read_stopped_tasks(const ServiceInterest&, LookMemory&, const ServiceObservation&);
  void read_running_tasks(const std::string& service, ServiceObservation&) const;
  std::vector<RunningTask> running_tasks(const std::string& service) const;
  void refused_service_deployments(const AwsError&);
  SteadyTime now() const { return client_.runtime().clock.steady(); }

  const Client client_;
  Client sequence_;
  const std::string cluster_;
  RefusedFor service_deployments_refused_;
  std::map<std::string, json::object> service_deployments_;      ///< of this round, by ARN
  std::map<std::string, std::string> revision_task_definition_;  ///< revisions never change
};

/// The tasks of a deployment that ECS still knows as stopped, which it does for about an hour.
std::vector<StoppedTask> stopped_tasks(const Client&, const std::string& cluster, const std::string& service,
                                       const std::string& deployment);

}  // namespace slipway::aws
