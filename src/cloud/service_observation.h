// What one look at an ECS service shows of one rollout: the facts that steps/ecs_service/rollout.h makes a verdict of.
// Reduced, declared, free of credentials, so that it can be journaled and replayed.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "base/time.h"

namespace slipway::aws {

/// A member of DescribeServices' `deployments`.
struct DeploymentFacts {
  std::string Id;      ///< "ecs-svc/…"
  std::string Status;  ///< PRIMARY, ACTIVE, INACTIVE
  std::string TaskDefinition;
  std::string RolloutState;  ///< "" where the peer has none
  std::string RolloutStateReason;
  int Desired = 0, Running = 0, Pending = 0, Failed = 0;
};
BOOST_DESCRIBE_STRUCT(DeploymentFacts, (),
                      (Id, Status, TaskDefinition, RolloutState, RolloutStateReason, Desired, Running, Pending, Failed))

/// A ServiceDeployment whose target revision carries our task definition.
struct ServiceDeploymentFacts {
  std::string Arn;
  std::string Status;  ///< PENDING, IN_PROGRESS, SUCCESSFUL, STOPPED, ROLLBACK_IN_PROGRESS, ROLLBACK_SUCCESSFUL, …
  std::string StatusReason;
  std::string TargetTaskDefinition;
  std::string RollbackTaskDefinition;  ///< of the revision rolled back to, "" if none
};
BOOST_DESCRIBE_STRUCT(ServiceDeploymentFacts, (),
                      (Arn, Status, StatusReason, TargetTaskDefinition, RollbackTaskDefinition))

struct ServiceEvent {
  std::string Id;
  Time At{};
  std::string Message;
};
BOOST_DESCRIBE_STRUCT(ServiceEvent, (), (Id, At, Message))

struct StoppedTask {
  std::string Arn;
  std::string StopCode;
  std::string Reason;
  /// "web: exit 137 OutOfMemoryError…" for each container that says something.
  std::vector<std::string> Containers;
  bool Ran = false;  ///< it had reached RUNNING
};
BOOST_DESCRIBE_STRUCT(StoppedTask, (), (Arn, StopCode, Reason, Containers, Ran))

struct RunningContainer {
  std::string Name;
  std::string ImageDigest;  ///< "" where the peer reports none; of an index, or of the platform's manifest in it
  std::string Image;        ///< as the task definition names it
};
BOOST_DESCRIBE_STRUCT(RunningContainer, (), (Name, ImageDigest, Image))

struct RunningTask {
  std::string Arn;
  std::string TaskDefinition;
  std::vector<RunningContainer> Containers;
};
BOOST_DESCRIBE_STRUCT(RunningTask, (), (Arn, TaskDefinition, Containers))

struct ServiceObservation {
  Time At{};
  std::string Error;               ///< why nothing could be seen; the rest is then empty
  std::optional<Time> BlindSince;  ///< with Error: since when this server has seen nothing
  bool Found = false;
  std::string Status;  ///< ACTIVE, DRAINING, INACTIVE
  std::string TaskDefinition;
  int Desired = 0, Running = 0, Pending = 0;
  bool CircuitBreaker = false;  ///< ECS itself ends a deployment whose tasks fail
  /// Between how many of the desired tasks a rollout moves, in percent; absent where the peer doesn't tell, or where
  /// they mean something else (a DAEMON service).
  std::optional<int> MinimumHealthyPercent, MaximumPercent;
  std::vector<DeploymentFacts> Deployments;
  std::optional<ServiceDeploymentFacts> ServiceDeployment;  ///< ours; absent where the peer has no such API
  std::vector<ServiceEvent> Events;                         ///< newer than the interest's last event id, oldest first
  std::vector<StoppedTask> StoppedTasks;                    ///< of our deployment
  /// All RUNNING tasks of the service; looked up only when the rollout looks settled.
  std::optional<std::vector<RunningTask>> RunningTasks;
  std::string TasksError;  ///< why they could not be looked up
};
BOOST_DESCRIBE_STRUCT(ServiceObservation, (),
                      (At, Error, BlindSince, Found, Status, TaskDefinition, Desired, Running, Pending, CircuitBreaker,
                       MinimumHealthyPercent, MaximumPercent, Deployments, ServiceDeployment, Events, StoppedTasks,
                       RunningTasks, TasksError))

}  // namespace slipway::aws
