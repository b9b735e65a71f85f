// The verdict on one rollout: pure judgement over what looks at the service show (ECS-9).
//
// A rollout is healthy only by OUR deployment id, OUR revision, and running tasks that carry the expected digests:
// never by what another deployment, a rollback or a stale read did.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
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
  Time Since{};  ///< a little before the update
};
BOOST_DESCRIBE_STRUCT(Rollout, (), (Deployment, TaskDefinition, PreviousDeployment, PreviousTaskDefinition, Since))

enum class Ending { Healthy, RolledBack, RollbackFailed, Superseded, Stopped, Unprovable, Gone };
BOOST_DESCRIBE_ENUM(Ending, Healthy, RolledBack, RollbackFailed, Superseded, Stopped, Unprovable, Gone)

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
};

/// The judge's memory between looks.
struct RolloutState {
  std::string Shown;    ///< the last progress line
  std::string Trouble;  ///< why the last look failed
  std::string Turn;     ///< what was last said of a rollback
  Time LastEventAt{};
  std::string LastEventId;
  std::vector<std::string> SeenStopped;  ///< ARNs, bounded
  std::map<std::string, int> Causes;     ///< reason → times
  int Absent = 0;                        ///< looks in a row in which the service or our deployment was not there
  std::optional<Time> UnprovenSince;     ///< since when it looks settled, but does not prove itself
  std::string ServiceDeployment;         ///< ARN, once seen
};
BOOST_DESCRIBE_STRUCT(RolloutState, (),
                      (Shown, Trouble, Turn, LastEventAt, LastEventId, SeenStopped, Causes, Absent, UnprovenSince,
                       ServiceDeployment))

struct Judgement {
  RolloutState state;
  std::vector<Line> lines;
  std::optional<Verdict> verdict;
};

Judgement judge(const Expectation&, RolloutState, const aws::ServiceObservation&);

/// "3× CannotPullContainerError: …", most frequent first.
std::vector<std::string> root_causes(const RolloutState&);

}  // namespace slipway::steps::ecs
