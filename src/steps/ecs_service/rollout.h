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
#include "steps/ecs_service/line_fold.h"
#include "steps/step.h"

namespace slipway::steps::ecs {

/// What was started, as journaled with the update.
struct Rollout {
  /// PRIMARY's id in UpdateService's answer; "" when the update was only found again after it had already ended, in the
  /// service's history, which tells no ids. Ours is then whatever carries our revision.
  std::string Deployment;
  std::string TaskDefinition;  ///< ours
  std::string PreviousDeployment;
  std::string PreviousTaskDefinition;  ///< the last one that was done; what a way back leads to
  Time Since{};           ///< when its deployment was made, by AWS's clock; a little before the update where none was
  std::string LastEvent;  ///< id of the newest event that the service had by then, "" where it is not known
};
BOOST_DESCRIBE_STRUCT(Rollout, (),
                      (Deployment, TaskDefinition, PreviousDeployment, PreviousTaskDefinition, Since, LastEvent))

enum class Ending {
  Healthy,
  RolledBack,
  RollbackFailed,
  Superseded,
  Stopped,
  Unprovable,
  Gone,
  Unobservable,  ///< for too long no look has shown anything
  NoProgress,    ///< task after task fails, and ECS would try for ever
  Stuck          ///< ECS can neither start nor stop a task
};
BOOST_DESCRIBE_ENUM(Ending, Healthy, RolledBack, RollbackFailed, Superseded, Stopped, Unprovable, Gone, Unobservable,
                    NoProgress, Stuck)

/// How many tasks of one revision run.
struct Running {
  std::string TaskDefinition;
  int Tasks = 0;
};
BOOST_DESCRIBE_STRUCT(Running, (), (TaskDefinition, Tasks))

/// What went wrong, how often, and one task that it happened to ("" for what ECS says of the service).
struct Cause {
  std::string Text;  ///< without ids
  int Times = 0;
  std::string Task;  ///< ARN
  bool Ran = false;  ///< that task did, so there are logs of it
  bool operator==(const Cause&) const = default;
};
BOOST_DESCRIBE_STRUCT(Cause, (), (Text, Times, Task, Ran))

/// What the looks have shown by now, for whoever asks what happened.
struct Findings {
  std::vector<Cause> Stopped;   ///< why tasks of ours stopped, most frequent first
  std::vector<Cause> Problems;  ///< what ECS said of the service, most frequent first
  std::string Problem;          ///< what it said last, and has not got over since; "" if nothing
  std::vector<ecs::Running> Runs;
  int Desired = 0;
  bool BreakerIsBlind = false;  ///< tasks failed in a way that the service's circuit breaker does not count
};
BOOST_DESCRIBE_STRUCT(Findings, (), (Stopped, Problems, Problem, Runs, Desired, BreakerIsBlind))

struct Verdict {
  ecs::Ending Ending = ecs::Ending::Gone;
  std::string Reason;  ///< a sentence; "" for Healthy
  std::string By;      ///< the deployment that superseded ours, or the revision rolled back to
  int Desired = 0;
  std::map<std::string, std::string> Digests;  ///< container → digest that runs
  std::string ServiceDeployment;               ///< ARN, "" if the peer has none
  ecs::Findings Findings;
};
BOOST_DESCRIBE_STRUCT(Verdict, (), (Ending, Reason, By, Desired, Digests, ServiceDeployment, Findings))

/// What is expected to run, and for how long it may stay unproven.
struct Expectation {
  Rollout rollout;
  std::map<std::string, std::string> digests;  ///< container → digest, where the release froze one
  Duration proof_timeout{};
  Duration blind_timeout = std::chrono::minutes(30);  ///< how long it may stay without a look that shows anything
  /// After so many failed tasks in a row it is given up; 0: never. Not given: as many as ECS's circuit breaker would
  /// allow by default. Where the service has a breaker, only failures that it does not count are counted here.
  std::optional<int> most_failed_tasks;
  /// The way back from a rollout that failed: what held that one up holds this one up too.
  bool is_way_back = false;
  std::string known_problem;  ///< with is_way_back: what ECS said last, which it does not say again for hours
};

/// The judge's memory between looks.
struct RolloutState {
  // Texts that were said, without ids that differ each time (without_ids).
  std::string Shown;    ///< the last progress line
  std::string Trouble;  ///< why the last look failed
  std::string Turn;     ///< what was last said of a rollback
  SaidLines Said;       ///< what else was said
  Time LastEventAt{};
  std::vector<std::string> LastEventIds;  ///< all seen of that instant
  std::vector<std::string> SeenStopped;   ///< ids of tasks, bounded
  std::vector<Cause> Stopped;             ///< why tasks stopped; bounded, the rest under one name
  std::vector<Cause> Problems;            ///< what ECS said, in the same way
  std::string Problem;                    ///< what it said last, and has not got over since
  int ActiveAtProblem = 0;                ///< tasks of ours that had been started by then
  int FailedTasks = 0;                    ///< in a row, without progress between them
  int UncountedTasks = 0;                 ///< of those, such as ECS's circuit breaker does not count
  bool Ran = false;                       ///< a task of ours has reached RUNNING
  int MostRunning = 0;                    ///< the most tasks of ours that a look has shown running
  int Absent = 0;                         ///< looks in a row in which the service was not there
  int Unseen = 0;                         ///< looks in a row in which our deployment was not there
  std::optional<int> Desired;             ///< when ours was last seen in progress
  int Wanted = 0;                         ///< of the service, as the last look showed
  std::vector<Running> Runs;              ///< what the last look showed
  std::optional<Time> UnprovenSince;      ///< since when every look showed it settled without proof
  std::optional<Time> StuckSince;         ///< since when no look showed a way on
  std::optional<Time> ProgressAt;         ///< when a look last showed more tasks of ours running
  Duration::rep NextNotice = 0;           ///< µs without progress after which it is told
  std::string ServiceDeployment;          ///< ARN, once seen
};
BOOST_DESCRIBE_STRUCT(RolloutState, (),
                      (Shown, Trouble, Turn, Said, LastEventAt, LastEventIds, SeenStopped, Stopped, Problems, Problem,
                       ActiveAtProblem, FailedTasks, UncountedTasks, Ran, MostRunning, Absent, Unseen, Desired, Wanted,
                       Runs, UnprovenSince, StuckSince, ProgressAt, NextNotice, ServiceDeployment))

struct Judgement {
  RolloutState state;
  std::vector<Line> lines;
  std::optional<Verdict> verdict;
};

Judgement judge(const Expectation&, RolloutState, const aws::ServiceObservation&);

Findings findings(const RolloutState&);

/// Why those of the tasks failed that did, most frequent first.
std::vector<Cause> causes_of(const std::vector<aws::StoppedTask>&);

}  // namespace slipway::steps::ecs
