// The verdict on one rollout: pure judgement over what looks at the service show (ECS-9).
//
// A rollout is healthy only by OUR deployment id, OUR revision, and running tasks that carry the expected digests:
// never by what another deployment, a rollback or a stale read did.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"
#include "cloud/service_observation.h"
#include "steps/step.h"

namespace slipway::steps::ecs {

/// What was started, as journaled with the update.
struct Rollout {
  /// PRIMARY's id in UpdateService's answer; "" when the update was only found again after it had already ended, in the
  /// service's history, which tells no ids. Ours is then whatever carries our revision.
  std::string Deployment;
  std::string TaskDefinition;  ///< ours
  std::string PreviousDeployment;
  std::string PreviousTaskDefinition;
  Time Since{};  ///< a little before the update, by AWS's clock where its answer told the time
};
BOOST_DESCRIBE_STRUCT(Rollout, (), (Deployment, TaskDefinition, PreviousDeployment, PreviousTaskDefinition, Since))

enum class Ending {
  Healthy,
  RolledBack,
  RollbackFailed,
  Superseded,
  Stopped,
  Unprovable,
  Gone,
  Unobservable,  ///< for too long no look has shown anything
  NoProgress     ///< task after task fails, and ECS would try for ever
};
BOOST_DESCRIBE_ENUM(Ending, Healthy, RolledBack, RollbackFailed, Superseded, Stopped, Unprovable, Gone, Unobservable,
                    NoProgress)

struct Verdict {
  ecs::Ending Ending = ecs::Ending::Gone;
  std::string Reason;                   ///< a sentence; "" for Healthy
  std::string By;                       ///< the deployment that superseded ours, or the revision rolled back to
  std::vector<std::string> RootCauses;  ///< why tasks of ours stopped, most frequent first
  int Desired = 0;
  std::map<std::string, std::string> Digests;  ///< container → digest that runs
  std::string ServiceDeployment;               ///< ARN, "" if the peer has none
};
BOOST_DESCRIBE_STRUCT(Verdict, (), (Ending, Reason, By, RootCauses, Desired, Digests, ServiceDeployment))

/// What is expected to run, and for how long it may stay unproven.
struct Expectation {
  Rollout rollout;
  std::map<std::string, std::string> digests;  ///< container → digest, where the release froze one
  Duration proof_timeout{};
  Duration blind_timeout = std::chrono::minutes(30);  ///< how long it may stay without a look that shows anything
  /// After so many failed tasks in a row it is given up, where ECS has no circuit breaker; 0: never. Not given: as many
  /// as the breaker would allow.
  std::optional<int> most_failed_tasks;
};

/// The judge's memory between looks.
struct RolloutState {
  // Texts that were said, without ids that differ each time (without_ids).
  std::string Shown;    ///< the last progress line
  std::string Trouble;  ///< why the last look failed
  std::string Turn;     ///< what was last said of a rollback
  Time LastEventAt{};
  std::vector<std::string> LastEventIds;  ///< all seen of that instant
  std::vector<std::string> SeenStopped;   ///< ARNs, bounded
  std::map<std::string, int> Causes;      ///< reason without ids → times; bounded, the rest under one name
  int FailedTasks = 0;                    ///< in a row, without progress between them
  int MostRunning = 0;                    ///< the most tasks of ours that a look has shown running
  int Absent = 0;                         ///< looks in a row in which the service was not there
  int Unseen = 0;                         ///< looks in a row in which our deployment was not there
  std::optional<int> Desired;             ///< when ours was last seen in progress
  std::optional<Time> UnprovenSince;      ///< since when every look showed it settled without proof
  std::string ServiceDeployment;          ///< ARN, once seen
};
BOOST_DESCRIBE_STRUCT(RolloutState, (),
                      (Shown, Trouble, Turn, LastEventAt, LastEventIds, SeenStopped, Causes, FailedTasks, MostRunning,
                       Absent, Unseen, Desired, UnprovenSince, ServiceDeployment))

struct Judgement {
  RolloutState state;
  std::vector<Line> lines;
  std::optional<Verdict> verdict;
};

Judgement judge(const Expectation&, RolloutState, const aws::ServiceObservation&);

/// `text` with "…" for the ids of requests and tasks, so that two tellings of one trouble are equal.
std::string without_ids(std::string_view text);

/// "3× CannotPullContainerError: …", most frequent first.
std::vector<std::string> root_causes(const RolloutState&);

}  // namespace slipway::steps::ecs
