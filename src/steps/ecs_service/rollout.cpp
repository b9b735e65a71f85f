#include "steps/ecs_service/rollout.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace slipway::steps::ecs {
namespace {

using aws::DeploymentFacts;
using aws::ServiceObservation;

// Reads may lag behind writes for seconds, so that something is called gone only after some looks in a row.
constexpr int looks_until_gone = 3;
constexpr std::size_t most_seen_stopped = 200;

/// One look judged: reads the observation, notes what it says, and reaches a verdict when the facts allow one.
class Judge {
 public:
  Judge(const Expectation& expected, RolloutState state, const ServiceObservation& seen)
      : expected_(expected), rollout_(expected.rollout), seen_(seen), out_{std::move(state), {}, std::nullopt} {}

  Judgement run() {
    if (!seen_.Error.empty()) {
      say_once(out_.state.Trouble, LineKind::Warning, fmt::format("The service can't be looked at: {}", seen_.Error));
      return std::move(out_);
    }
    if (!seen_.Found || seen_.Status != "ACTIVE") {
      if (++out_.state.Absent >= looks_until_gone) {
        end(Ending::Gone,
            seen_.Found ? fmt::format("The service is {}.", seen_.Status) : "The service does not exist any more.");
      }
      return std::move(out_);
    }
    out_.state.Trouble.clear();
    note_events();
    note_stopped_tasks();
    note_progress();
    if (seen_.ServiceDeployment) {
      out_.state.ServiceDeployment = seen_.ServiceDeployment->Arn;
      judge_service_deployment();
    } else {
      judge_deployments();
    }
    return std::move(out_);
  }

 private:
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
    if (std::exchange(last, text) != text) say(kind, std::move(text));
  }
  void say_rolling_back(std::string_view reason) {
    say_once(out_.state.Turn, LineKind::Warning, fmt::format("ECS is rolling back. {}", reason));
  }

  void note_events() {
    auto& state = out_.state;
    for (const auto& event : seen_.Events) {
      if (event.At < rollout_.Since || std::tie(event.At, event.Id) <= std::tie(state.LastEventAt, state.LastEventId))
        continue;
      say(LineKind::Verbose, "ECS: " + event.Message);
      state.LastEventAt = event.At;
      state.LastEventId = event.Id;
    }
  }

  void note_stopped_tasks() {
    auto& state = out_.state;
    for (const auto& task : seen_.StoppedTasks) {
      if (std::find(state.SeenStopped.begin(), state.SeenStopped.end(), task.Arn) != state.SeenStopped.end()) continue;
      if (state.SeenStopped.size() >= most_seen_stopped) state.SeenStopped.erase(state.SeenStopped.begin());
      state.SeenStopped.push_back(task.Arn);
      std::string cause = task.Reason.empty() ? task.StopCode : task.Reason;
      for (const auto& container : task.Containers) {
        if (task.Reason.empty() || container.find(task.Reason) == std::string::npos) cause += "; " + container;
      }
      // A task that the scheduler stops to make room says nothing about the release.
      if (task.StopCode == "ServiceSchedulerInitiated" && cause.find("health check") == std::string::npos) continue;
      ++state.Causes[cause];
      say(LineKind::Warning, fmt::format("A task of this deployment stopped: {}", cause));
    }
  }

  void note_progress() {
    const DeploymentFacts* d = ours();
    if (d == nullptr) return;
    const std::string progress = fmt::format("{}: {} of {} tasks running, {} pending{}.", d->Id, d->Running, d->Desired,
                                             d->Pending, d->Failed > 0 ? fmt::format(", {} failed", d->Failed) : "");
    say_once(out_.state.Shown, LineKind::Info, progress);
  }

  void judge_service_deployment() {
    const auto& ours_in_ecs = *seen_.ServiceDeployment;
    const std::string& status = ours_in_ecs.Status;
    if (status == "SUCCESSFUL") {
      if (primary_is_ours()) return prove();
      return superseded_or_gone();
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
      if (++out_.state.Absent >= looks_until_gone) superseded_or_gone();
      return;
    }
    out_.state.Absent = 0;
    if (d->RolloutState == "FAILED") return judge_failed(*d);
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
    if (!seen_.RunningTasks) return unproven(seen_.Running == 0 ? "no tasks" : "its tasks were not seen");
    int of_ours = 0;
    for (const auto& task : *seen_.RunningTasks) {
      if (task.TaskDefinition != rollout_.TaskDefinition) {
        return unproven(fmt::format("a task still runs {}", task.TaskDefinition));
      }
      for (const auto& container : task.Containers) {
        const auto digest = expected_.digests.find(container.Name);
        if (digest != expected_.digests.end() && !container.ImageDigest.empty() &&
            container.ImageDigest != digest->second) {
          return unproven(
              fmt::format("container {} runs {} instead of {}", container.Name, container.ImageDigest, digest->second));
        }
      }
      ++of_ours;
    }
    if (of_ours == 0) return unproven("no tasks");
    if (of_ours < seen_.Desired) return unproven(fmt::format("{} of {} tasks run", of_ours, seen_.Desired));
    healthy();
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
    if (seen_.At - *since >= expected_.proof_timeout) {
      end(Ending::Unprovable, fmt::format("rollout not provable ({})", what));
    }
  }

  std::string primary_definition() const { return primary() != nullptr ? primary()->TaskDefinition : ""; }

  void end(Ending ending, std::string reason, std::string by = {}) {
    out_.verdict = Verdict{ending, std::move(reason),           std::move(by), root_causes(out_.state), seen_.Desired,
                           {},     out_.state.ServiceDeployment};
  }

  const Expectation& expected_;
  const Rollout& rollout_;
  const ServiceObservation& seen_;
  Judgement out_;
};

}  // namespace

Judgement judge(const Expectation& expected, RolloutState state, const ServiceObservation& seen) {
  return Judge(expected, std::move(state), seen).run();
}

std::vector<std::string> root_causes(const RolloutState& state) {
  std::vector<std::pair<int, std::string>> counted;
  for (const auto& [cause, times] : state.Causes) counted.emplace_back(-times, cause);
  std::sort(counted.begin(), counted.end());
  std::vector<std::string> causes;
  for (const auto& [times, cause] : counted)
    causes.push_back(times == -1 ? cause : fmt::format("{}× {}", -times, cause));
  return causes;
}

}  // namespace slipway::steps::ecs
