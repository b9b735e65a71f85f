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
constexpr std::size_t most_causes = 20;
constexpr std::string_view other_causes = "for other reasons";

/// What ECS's circuit breaker allows by default.
int failures_allowed(int desired) { return std::clamp((desired + 1) / 2, 3, 200); }

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/// A UUID as requests have it, or the 32 digits of a task.
bool is_id(std::string_view word) {
  const bool is_uuid = word.size() == 36 && word[8] == '-' && word[13] == '-' && word[18] == '-' && word[23] == '-';
  const auto dashes = std::count(word.begin(), word.end(), '-');
  return is_uuid ? dashes == 4 : word.size() == 32 && dashes == 0;
}

/// One look judged: reads the observation, notes what it says, and reaches a verdict when the facts allow one.
class Judge {
 public:
  Judge(const Expectation& expected, RolloutState state, const ServiceObservation& seen)
      : expected_(expected), rollout_(expected.rollout), seen_(seen), out_{std::move(state), {}, std::nullopt} {}

  Judgement run() {
    if (!seen_.Error.empty()) {
      judge_blindness();
      return std::move(out_);
    }
    out_.state.Trouble.clear();
    if (!seen_.Found || seen_.Status != "ACTIVE") {
      if (++out_.state.Absent >= looks_until_gone) {
        end(Ending::Gone,
            seen_.Found ? fmt::format("The service is {}.", seen_.Status) : "The service does not exist any more.");
      }
      return std::move(out_);
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
    std::string told = without_ids(text);
    if (std::exchange(last, told) != told) say(kind, std::move(text));
  }
  void say_rolling_back(std::string_view reason) {
    say_once(out_.state.Turn, LineKind::Warning, fmt::format("ECS is rolling back. {}", reason));
  }

  /// A look that shows nothing decides nothing, until there have been nothing but such looks for too long.
  void judge_blindness() {
    say_once(out_.state.Trouble, LineKind::Warning, fmt::format("The service can't be looked at: {}", seen_.Error));
    if (seen_.BlindSince && seen_.At - *seen_.BlindSince >= expected_.blind_timeout) {
      end(Ending::Unobservable, seen_.Error);
    }
  }

  void note_events() {
    auto [at, ids] = std::tie(out_.state.LastEventAt, out_.state.LastEventIds);
    for (const auto& event : seen_.Events) {
      if (event.At < rollout_.Since || event.At < at) continue;
      if (event.At > at) ids.clear();
      if (std::find(ids.begin(), ids.end(), event.Id) != ids.end()) continue;
      say(LineKind::Verbose, "ECS: " + event.Message);
      at = event.At;
      ids.push_back(event.Id);
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
      count_cause(without_ids(cause));
      ++state.FailedTasks;
      say(LineKind::Warning, fmt::format("A task of this deployment stopped: {}", cause));
    }
  }

  void count_cause(std::string cause) {
    auto& causes = out_.state.Causes;
    if (causes.size() >= most_causes && !causes.contains(cause)) cause = other_causes;
    ++causes[std::move(cause)];
  }

  void note_progress() {
    const DeploymentFacts* d = ours();
    if (d == nullptr) return;
    auto& state = out_.state;
    if (d->RolloutState == "IN_PROGRESS") state.Desired = seen_.Desired;
    if (d->Running > state.MostRunning) {
      state.MostRunning = d->Running;
      state.FailedTasks = 0;
    }
    const std::string progress = fmt::format("{}: {} of {} tasks running, {} pending{}.", d->Id, d->Running, d->Desired,
                                             d->Pending, d->Failed > 0 ? fmt::format(", {} failed", d->Failed) : "");
    say_once(out_.state.Shown, LineKind::Info, progress);
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
      if (++out_.state.Unseen >= looks_until_gone) superseded_or_gone();
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

  /// Without a circuit breaker ECS would start tasks that fail for ever (ECS-9d).
  void judge_failed_tasks() {
    const int most = expected_.most_failed_tasks.value_or(failures_allowed(seen_.Desired));
    const bool is_at_work = primary_is_ours() && !unchanged() && primary()->RolloutState != "COMPLETED";
    if (seen_.CircuitBreaker || most == 0 || !is_at_work || out_.state.FailedTasks < most) return;
    end(Ending::NoProgress, fmt::format("{} tasks failed one after the other.", out_.state.FailedTasks));
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
    out_.verdict = Verdict{ending, std::move(reason),           std::move(by), root_causes(out_.state), seen_.Desired,
                           {},     out_.state.ServiceDeployment};
  }

  const Expectation& expected_;
  const Rollout& rollout_;
  const ServiceObservation& seen_;
  Judgement out_;
  bool unproven_ = false;  ///< by this look
};

}  // namespace

std::string without_ids(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto is_part = [](char c) { return is_hex(c) || c == '-'; };
    const auto end = std::find_if_not(text.begin(), text.end(), is_part);
    const auto length = std::max<std::size_t>(1, static_cast<std::size_t>(end - text.begin()));
    const std::string_view word = text.substr(0, length);
    if (is_id(word)) {
      out += "…";
    } else {
      out += word;
    }
    text.remove_prefix(length);
  }
  return out;
}

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
