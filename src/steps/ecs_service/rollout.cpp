#include "steps/ecs_service/rollout.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "steps/ecs_service/blindness.h"
#include "steps/ecs_service/service_event.h"
#include "steps/ecs_service/stopped_task.h"

namespace slipway::steps::ecs {
namespace {

using aws::DeploymentFacts;
using aws::ServiceObservation;

// Reads may lag behind writes for seconds, so that something is called gone only after some looks in a row.
constexpr int kLooksUntilGone = 3;
constexpr std::size_t kMostSeenStopped = 200;
constexpr std::size_t kMostCauses = 20;
constexpr std::string_view kOtherCauses = "for other reasons";
// How long ECS must have had no way on. On the way back the reason is known already.
constexpr Duration kStuckPatience = std::chrono::minutes(1);
constexpr Duration kStuckAgainPatience = std::chrono::seconds(15);
constexpr Duration kFirstNotice = std::chrono::minutes(1);

/// What ECS's circuit breaker allows by default.
int failures_allowed(int desired) { return std::clamp((desired + 1) / 2, 3, 200); }

/// Counts `text` among `causes`, which stay bounded.
void count(std::vector<Cause>& causes, std::string text, std::string_view task = {}, bool ran = false) {
  const auto named = [&](const Cause& c) { return c.Text == text; };
  auto known = std::find_if(causes.begin(), causes.end(), named);
  if (known == causes.end() && causes.size() >= kMostCauses) {
    text = kOtherCauses;
    known = std::find_if(causes.begin(), causes.end(), named);
  }
  if (known == causes.end()) known = causes.insert(known, Cause{std::move(text), 0, {}, false});
  ++known->Times;
  known->Task = task;
  known->Ran = ran;
}

/// Most frequent first.
void sort(std::vector<Cause>& causes) {
  std::stable_sort(causes.begin(), causes.end(), [](const Cause& a, const Cause& b) {
    return std::pair(-a.Times, a.Text) < std::pair(-b.Times, b.Text);
  });
}

/// The number of tasks between which a rollout moves (ECS guide, "Deployment types").
struct Bounds {
  int lower = 0;
  int upper = 0;
};
Bounds bounds_of(int desired, int minimum_healthy_percent, int maximum_percent) {
  return {(desired * minimum_healthy_percent + 99) / 100, desired * maximum_percent / 100};
}

/// One look judged: reads the observation, notes what it says, and reaches a verdict when the facts allow one.
class Judge {
 public:
  Judge(const Expectation& expected, RolloutState state, const ServiceObservation& seen)
      : expected_(expected), rollout_(expected.rollout), seen_(seen), out_{std::move(state), {}, std::nullopt} {}

  Judgement run() {
    look();
    auto folded = fold_.take();
    out_.lines.insert(out_.lines.begin(), std::make_move_iterator(folded.begin()),
                      std::make_move_iterator(folded.end()));
    return std::move(out_);
  }

 private:
  void look() {
    if (!seen_.Error.empty()) return note_blindness();
    out_.state.Trouble.clear();
    if (!seen_.Found || seen_.Status != "ACTIVE") {
      if (++out_.state.Absent >= kLooksUntilGone) {
        end(Ending::Gone,
            seen_.Found ? fmt::format("The service is {}.", seen_.Status) : "The service does not exist any more.");
      }
      return;
    }
    out_.state.Absent = 0;
    note_events();
    note_stopped_tasks();
    note_progress();
    if (seen_.ServiceDeployment) {
      out_.state.ServiceDeployment = seen_.ServiceDeployment->Arn;
      judge_service_deployment();
    } else {
      judge_deployments();
    }
    if (!unproven_) out_.state.UnprovenSince.reset();
    if (!out_.verdict) judge_failed_tasks();
    if (!out_.verdict) judge_stuck();
    if (!out_.verdict) note_stall();
  }

  bool is_ours(const DeploymentFacts& d) const {
    return rollout_.Deployment.empty() ? d.TaskDefinition == rollout_.TaskDefinition : d.Id == rollout_.Deployment;
  }
  const DeploymentFacts* ours() const {
    for (const auto& d : seen_.Deployments) {
      if (is_ours(d)) return &d;
    }
    return nullptr;
  }
  const DeploymentFacts* primary() const {
    for (const auto& d : seen_.Deployments) {
      if (d.Status == "PRIMARY") return &d;
    }
    return nullptr;
  }
  bool unchanged() const { return rollout_.Deployment == rollout_.PreviousDeployment; }
  bool primary_is_ours() const { return primary() != nullptr && is_ours(*primary()); }

  void say(LineKind kind, std::string text) { out_.lines.push_back({kind, std::move(text)}); }

  /// Not again while nothing else was said in its place.
  void say_once(std::string& last, LineKind kind, std::string text) {
    std::string told = without_ids(text);
    if (std::exchange(last, told) != told) say(kind, std::move(text));
  }
  void say_rolling_back(std::string_view reason) {
    say_once(out_.state.Turn, LineKind::Warning, fmt::format("ECS is rolling back. {}", reason));
  }

  /// A look that shows nothing decides nothing, until there have been nothing but such looks for too long.
  void note_blindness() {
    const auto [line, lasts_too_long] = judge_blindness(seen_, out_.state.Trouble, expected_.blind_timeout);
    if (line) out_.lines.push_back(*line);
    if (lasts_too_long) end(Ending::Unobservable, seen_.Error);
  }

  void note_events() {
    auto [at, ids] = std::tie(out_.state.LastEventAt, out_.state.LastEventIds);
    for (const auto& event : seen_.Events) {
      if (event.At < rollout_.Since || event.At < at) continue;
      if (event.At > at) ids.clear();
      if (std::find(ids.begin(), ids.end(), event.Id) != ids.end()) continue;
      at = event.At;
      ids.push_back(event.Id);
      note_event(event.Message);
    }
  }

  void note_event(std::string_view message) {
    const bool of_the_one_before = !unchanged() && names_deployment(message, rollout_.PreviousDeployment) &&
                                   !names_deployment(message, rollout_.Deployment);
    if (of_the_one_before) return;
    const std::string told(without_service(message));
    if (is_routine(message)) return fold_.say(LineKind::Verbose, "ECS: " + told);
    fold_.say(LineKind::Warning, "ECS: " + told);
    if (out_.state.Problem.empty() || !sums_up(message)) set_problem(told);
    count(out_.state.Problems, without_ids(told));
  }

  void set_problem(std::string problem) {
    out_.state.Problem = std::move(problem);
    out_.state.ActiveAtProblem = active();
  }
  /// Tasks of ours that have been started and have not ended.
  int active() const {
    const DeploymentFacts* d = ours();
    return d == nullptr ? 0 : d->Running + d->Pending;
  }

  void note_stopped_tasks() {
    auto& state = out_.state;
    for (const auto& task : seen_.StoppedTasks) {
      const std::string id = task.Arn.substr(task.Arn.rfind('/') + 1);
      if (std::find(state.SeenStopped.begin(), state.SeenStopped.end(), id) != state.SeenStopped.end()) continue;
      if (state.SeenStopped.size() >= kMostSeenStopped) state.SeenStopped.erase(state.SeenStopped.begin());
      state.SeenStopped.push_back(id);
      note_stopped_task(task);
    }
  }

  /// The circuit breaker counts tasks that fail before RUNNING until the first has got there, and failed health checks
  /// from then on (ECS guide, "How the Amazon ECS deployment circuit breaker detects failures"). It is blind to tasks
  /// that exit later.
  void note_stopped_task(const aws::StoppedTask& task) {
    auto& state = out_.state;
    const StopKind kind = kind_of(task);
    if (kind == StopKind::replaced) return;
    const std::string cause = cause_of(task);
    if (kind == StopKind::interrupted) return fold_.say(LineKind::Warning, "A task was interrupted: " + cause);
    if (kind == StopKind::no_room) {
      fold_.say(LineKind::Warning, "There was no capacity for a task, which may still come: " + cause);
      set_problem(cause);
      return count(state.Problems, without_ids(cause));
    }
    const bool is_counted = kind == StopKind::unhealthy || (kind == StopKind::never_ran && !state.Ran);
    state.Ran = state.Ran || task.Ran;
    ++state.FailedTasks;
    if (!is_counted) ++state.UncountedTasks;
    count(state.Stopped, without_ids(cause), task.Arn, task.Ran);
    fold_.say(LineKind::Warning, fmt::format("A task of this deployment stopped: {}", cause));
    if (seen_.CircuitBreaker && !is_counted && state.UncountedTasks == 1) {
      say(LineKind::Info, "The service's circuit breaker does not count tasks that fail so; they are counted here.");
    }
  }

  void note_progress() {
    auto& state = out_.state;
    state.Wanted = seen_.Desired;
    note_what_runs();
    const DeploymentFacts* d = ours();
    if (d == nullptr) return;
    if (d->RolloutState == "IN_PROGRESS") state.Desired = seen_.Desired;
    state.Ran = state.Ran || d->Running > 0;
    if (d->Running > state.MostRunning || !state.ProgressAt) {
      state.MostRunning = std::max(state.MostRunning, d->Running);
      state.ProgressAt = seen_.At;
      state.NextNotice = kFirstNotice.count();
      if (d->Running > 0) {
        state.FailedTasks = state.UncountedTasks = 0;
        // Tasks that were started before ECS met its problem come up all the same.
        if (active() > state.ActiveAtProblem || active() >= d->Desired) state.Problem.clear();
      }
    }
    std::string progress = fmt::format("{}: {} of {} tasks running, {} pending{}.", d->Id, d->Running, d->Desired,
                                       d->Pending, d->Failed > 0 ? fmt::format(", {} failed", d->Failed) : "");
    if (std::exchange(state.Shown, progress) != progress) fold_.say(LineKind::Info, std::move(progress));
  }

  void note_what_runs() {
    auto& runs = out_.state.Runs;
    runs.clear();
    for (const auto& d : seen_.Deployments) {
      if (d.Running == 0) continue;
      const auto known = std::find_if(runs.begin(), runs.end(),
                                      [&](const Running& r) { return r.TaskDefinition == d.TaskDefinition; });
      if (known == runs.end()) {
        runs.push_back({d.TaskDefinition, d.Running});
      } else {
        known->Tasks += d.Running;
      }
    }
  }

  /// Whoever watches a rollout that stands still reads what it waits for, ever more rarely.
  void note_stall() {
    auto& state = out_.state;
    const DeploymentFacts* d = ours();
    if (!is_at_work() || d == nullptr || !state.ProgressAt) return;
    const Duration stalled = seen_.At - *state.ProgressAt;
    if (stalled < Duration(state.NextNotice)) return;
    state.NextNotice = 2 * stalled.count();
    say(LineKind::Wait,
        fmt::format("No progress for {}: {} of {} tasks running, {} pending.{}", describe_duration(stalled), d->Running,
                    d->Desired, d->Pending, state.Problem.empty() ? "" : " ECS said last: " + state.Problem));
  }

  void judge_service_deployment() {
    const auto& ours_in_ecs = *seen_.ServiceDeployment;
    const std::string& status = ours_in_ecs.Status;
    // Then it is that of another rollout of our revision, or one of the two reads lags: the deployment has our id.
    const bool ended = status == "SUCCESSFUL" || status == "STOPPED";
    if (ended && primary_is_ours() && primary()->RolloutState == "IN_PROGRESS") return;
    if (status == "SUCCESSFUL") {
      if (!primary_is_ours()) return superseded_or_gone();
      return primary()->RolloutState == "FAILED" ? judge_failed(*primary()) : prove();
    }
    if (status == "STOPPED") {
      const DeploymentFacts* other = primary();
      if (other != nullptr && !is_ours(*other)) return superseded(*other);
      return end(Ending::Stopped,
                 ours_in_ecs.StatusReason.empty() ? "ECS stopped the deployment." : ours_in_ecs.StatusReason);
    }
    if (status == "ROLLBACK_SUCCESSFUL") {
      const auto& back_to = ours_in_ecs.RollbackTaskDefinition;
      return end(Ending::RolledBack, ours_in_ecs.StatusReason, back_to.empty() ? primary_definition() : back_to);
    }
    if (status == "ROLLBACK_FAILED") return end(Ending::RollbackFailed, ours_in_ecs.StatusReason, primary_definition());
    if (status.starts_with("ROLLBACK_")) say_rolling_back(ours_in_ecs.StatusReason);
    if (unchanged()) return prove_unchanged();
  }

  /// Without service deployments (older regions, emulators) the deployments themselves must do.
  void judge_deployments() {
    const DeploymentFacts* d = ours();
    if (unchanged()) return prove_unchanged();
    if (d == nullptr) {
      if (++out_.state.Unseen >= kLooksUntilGone) superseded_or_gone();
      return;
    }
    out_.state.Unseen = 0;
    if (d->RolloutState == "FAILED") return judge_failed(*d);
    if (primary() == nullptr) return unproven("no deployment is PRIMARY");
    if (!primary_is_ours()) return superseded(*primary());
    const bool counts_settled = d->Running == d->Desired && d->Pending == 0;
    if (d->RolloutState == "COMPLETED" || (d->RolloutState.empty() && counts_settled)) return prove();
    if (d->Running == 0 && d->Pending == 0 && d->RolloutState.empty()) return unproven("no tasks");
  }

  void judge_failed(const DeploymentFacts& d) {
    const DeploymentFacts* other = primary();
    if (other == nullptr || other->Id == d.Id) return end(Ending::Stopped, d.RolloutStateReason);
    if (other->TaskDefinition != rollout_.PreviousTaskDefinition) return superseded(*other);
    if (other->RolloutState == "FAILED")
      return end(Ending::RollbackFailed, other->RolloutStateReason, other->TaskDefinition);
    if (other->RolloutState != "IN_PROGRESS")
      return end(Ending::RolledBack, d.RolloutStateReason, other->TaskDefinition);
    say_rolling_back(d.RolloutStateReason);
  }

  /// Ours is not there any more: what is, tells whether ECS went back or somebody else went on.
  void superseded_or_gone() {
    const DeploymentFacts* other = primary();
    if (other == nullptr) return end(Ending::Gone, "The service has no deployment any more.");
    if (is_ours(*other)) return;
    // The old deployment itself, under its old id: a read that lags behind, for even a rollback gets an id of its own.
    if (other->Id == rollout_.PreviousDeployment) return unproven("our deployment can't be seen");
    if (other->TaskDefinition == rollout_.PreviousTaskDefinition) {
      return end(Ending::RolledBack, "Our deployment is gone, and the previous revision is back.",
                 other->TaskDefinition);
    }
    superseded(*other);
  }

  void superseded(const DeploymentFacts& other) {
    end(Ending::Superseded,
        fmt::format("Another deployment, {} of {}, took the place of ours.", other.Id, other.TaskDefinition), other.Id);
  }

  void prove_unchanged() {
    const DeploymentFacts* d = primary();
    if (d == nullptr || !is_ours(*d)) return superseded_or_gone();
    if (d->TaskDefinition != rollout_.TaskDefinition) {
      return unproven(d->Running == 0 ? "no tasks" : fmt::format("deployment id unchanged, of {}", d->TaskDefinition));
    }
    if (d->RolloutState == "IN_PROGRESS") return;
    prove();
  }

  /// The deployment says that it is done; what runs must say so too.
  void prove() {
    if (seen_.Desired == 0) {
      say(LineKind::Warning, "The service wants 0 tasks: the revision is deployed, but nothing has exercised it.");
      return healthy();
    }
    if (!seen_.RunningTasks) {
      if (!seen_.TasksError.empty()) return unproven("its tasks can't be seen: " + seen_.TasksError);
      return unproven(seen_.Running == 0 ? "no tasks" : "its tasks were not seen");
    }
    int of_ours = 0;
    for (const auto& task : *seen_.RunningTasks) {
      if (task.TaskDefinition != rollout_.TaskDefinition) {
        // ECS may call a rollout done before it has cleaned up: then it is still at work.
        if (others_run()) return;
        return unproven(fmt::format("a task still runs {}", task.TaskDefinition));
      }
      for (const auto& container : task.Containers) {
        const auto digest = expected_.digests.find(container.Name);
        if (digest != expected_.digests.end() && !carries(container, digest->second)) {
          return unproven(
              fmt::format("container {} runs {} instead of {}", container.Name, container.ImageDigest, digest->second));
        }
      }
      ++of_ours;
    }
    if (of_ours == 0) return unproven("no tasks");
    // What autoscaling asks for after the end says nothing about the rollout.
    const int wanted = std::min(seen_.Desired, out_.state.Desired.value_or(seen_.Desired));
    if (of_ours < wanted) return unproven(fmt::format("{} of {} tasks run", of_ours, wanted));
    healthy();
  }

  /// An image named by its digest is that image, whatever the task reports: of an index it may report the digest of the
  /// platform's manifest.
  static bool carries(const aws::RunningContainer& container, std::string_view digest) {
    return container.ImageDigest.empty() || container.ImageDigest == digest ||
           container.Image.ends_with(fmt::format("@{}", digest));
  }

  bool others_run() const {
    return std::any_of(seen_.Deployments.begin(), seen_.Deployments.end(),
                       [&](const DeploymentFacts& d) { return !is_ours(d) && d.Running + d.Pending > 0; });
  }

  /// ECS works on ours, and has neither done it nor given it up.
  bool is_at_work() const {
    if (!primary_is_ours()) return false;
    const std::string& state = primary()->RolloutState;
    const bool turns_back = seen_.ServiceDeployment && (seen_.ServiceDeployment->Status.starts_with("ROLLBACK_") ||
                                                        seen_.ServiceDeployment->Status.starts_with("STOP"));
    return state != "COMPLETED" && state != "FAILED" && !turns_back && (!unchanged() || state == "IN_PROGRESS");
  }

  /// ECS starts tasks that fail for ever, unless its circuit breaker counts them (ECS-9d).
  void judge_failed_tasks() {
    const auto& state = out_.state;
    const int most = expected_.most_failed_tasks.value_or(failures_allowed(seen_.Desired));
    const int failed = seen_.CircuitBreaker ? state.UncountedTasks : state.FailedTasks;
    if (most == 0 || !is_at_work() || failed < most) return;
    end(Ending::NoProgress, fmt::format("{} tasks failed one after the other.", failed));
  }

  /// Nothing changes by itself where ECS may neither start a task nor stop one. On the way back it is also stuck when
  /// no task starts, for the reason that held up the rollout before.
  void judge_stuck() {
    auto& since = out_.state.StuckSince;
    const std::string why = is_at_work() ? what_blocks() : "";
    if (why.empty()) return since.reset();
    if (!since) since = seen_.At;
    if (seen_.At - *since >= (expected_.is_way_back ? kStuckAgainPatience : kStuckPatience)) end(Ending::Stuck, why);
  }

  std::string what_blocks() const {
    const DeploymentFacts& d = *primary();
    if (seen_.MinimumHealthyPercent && seen_.MaximumPercent && !may_move(d)) {
      const auto [lower, upper] = bounds();
      return fmt::format(
          "The service's deployment configuration lets ECS neither start nor stop a task: of {} tasks at least {}% "
          "({}) must run, and at most {}% ({}) may. Lower the minimum healthy percent, or raise the maximum percent.",
          seen_.Desired, *seen_.MinimumHealthyPercent, lower, *seen_.MaximumPercent, upper);
    }
    const auto& problem = out_.state.Problem.empty() ? expected_.known_problem : out_.state.Problem;
    const bool starts_nothing = expected_.is_way_back && seen_.Desired > 0 && d.Running + d.Pending == 0;
    return starts_nothing ? problem : "";
  }

  Bounds bounds() const { return bounds_of(seen_.Desired, *seen_.MinimumHealthyPercent, *seen_.MaximumPercent); }

  bool may_move(const DeploymentFacts& d) const {
    const auto [lower, upper] = bounds();
    int active = 0, running = 0;
    for (const auto& each : seen_.Deployments) {
      active += each.Running + each.Pending;
      running += each.Running;
    }
    const bool is_complete = d.Running + d.Pending >= seen_.Desired;
    return is_complete || !others_run() || active < upper || running > lower;
  }

  void healthy() {
    end(Ending::Healthy, "");
    for (const auto& task : seen_.RunningTasks.value_or(std::vector<aws::RunningTask>{})) {
      for (const auto& container : task.Containers) out_.verdict->Digests[container.Name] = container.ImageDigest;
    }
  }

  void unproven(std::string what) {
    if (unchanged() && what == "no tasks") what = "deployment id unchanged, no tasks";
    auto& since = out_.state.UnprovenSince;
    if (!since) since = seen_.At;
    unproven_ = true;
    if (seen_.At - *since >= expected_.proof_timeout) {
      end(Ending::Unprovable, fmt::format("rollout not provable ({})", what));
    }
  }

  std::string primary_definition() const { return primary() != nullptr ? primary()->TaskDefinition : ""; }

  void end(Ending ending, std::string reason, std::string by = {}) {
    out_.verdict = Verdict{ending,
                           std::move(reason),
                           std::move(by),
                           seen_.Desired,
                           {},
                           out_.state.ServiceDeployment,
                           findings(out_.state)};
    out_.verdict->Findings.BreakerIsBlind = seen_.CircuitBreaker && out_.state.UncountedTasks > 0;
  }

  const Expectation& expected_;
  const Rollout& rollout_;
  const ServiceObservation& seen_;
  Judgement out_;
  LineFold fold_{out_.state.Said};
  bool unproven_ = false;  ///< by this look
};

}  // namespace

Judgement judge(const Expectation& expected, RolloutState state, const ServiceObservation& seen) {
  return Judge(expected, std::move(state), seen).run();
}

Findings findings(const RolloutState& state) {
  Findings found{state.Stopped, state.Problems, state.Problem, state.Runs, state.Wanted, false};
  sort(found.Stopped);
  sort(found.Problems);
  return found;
}

std::vector<Cause> causes_of(const std::vector<aws::StoppedTask>& tasks) {
  std::vector<Cause> causes;
  for (const auto& task : tasks) {
    if (is_failure(kind_of(task))) count(causes, without_ids(cause_of(task)), task.Arn, task.Ran);
  }
  sort(causes);
  return causes;
}

}  // namespace slipway::steps::ecs
