#include "steps/ecs_service/busy_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "steps/ecs_service/blindness.h"
#include "steps/ecs_service/line_fold.h"
#include "steps/ecs_service/stopped_task.h"

namespace slipway::steps::ecs {
namespace {

constexpr int kFailuresUntilHint = 3;

struct BusyState {
  SaidLines Said;
  std::string Shown, Trouble;
  int Stopped = 0;  ///< the most failed tasks of it that a look has shown
};
BOOST_DESCRIBE_STRUCT(BusyState, (), (Said, Shown, Trouble, Stopped))

/// One look at a service that somebody else updates.
class BusyLook {
 public:
  BusyLook(const std::string& theirs, BusyState& state, const aws::ServiceObservation& seen)
      : theirs_(theirs), state_(state), seen_(seen) {}

  /// Only the service's PRIMARY deployment counts: one that supersedes theirs is looked at when ours comes to it.
  bool is_over() const {
    const auto* primary = this->primary();
    const bool is_theirs = primary != nullptr && primary->Id == theirs_;
    return !is_theirs || primary->RolloutState != "IN_PROGRESS";
  }

  std::vector<Line> lines() {
    const auto& theirs = *primary();
    std::string progress = fmt::format("{}, not ours: {} of {} tasks running, {} pending.", theirs.Id, theirs.Running,
                                       theirs.Desired, theirs.Pending);
    if (std::exchange(state_.Shown, progress) != progress) fold_.say(LineKind::Wait, std::move(progress));
    std::vector<Line> lines = fold_.take();
    hint(lines);
    return lines;
  }

 private:
  const aws::DeploymentFacts* primary() const {
    const auto found = std::ranges::find(seen_.Deployments, "PRIMARY", &aws::DeploymentFacts::Status);
    return found == seen_.Deployments.end() ? nullptr : &*found;
  }

  /// One that fails for ever is waited for in vain.
  void hint(std::vector<Line>& lines) {
    const auto& tasks = seen_.StoppedTasks;
    const auto failed = std::ranges::count_if(tasks, [](const auto& task) { return is_failure(kind_of(task)); });
    if (failed < kFailuresUntilHint || std::exchange(state_.Stopped, static_cast<int>(failed)) >= kFailuresUntilHint) {
      return;
    }
    lines.push_back(
        {LineKind::Warning, fmt::format("Tasks of {} keep failing: {}. To deploy over it, cancel and deploy again with "
                                        "Slipway.Ecs.WhenBusy set to Supersede.",
                                        theirs_, cause_of(tasks.back()))});
  }

  const std::string& theirs_;  ///< id of their deployment
  BusyState& state_;
  const aws::ServiceObservation& seen_;
  LineFold fold_{state_.Said};
};

}  // namespace

BusyWatch::BusyWatch(aws::ServicePoller& poller, aws::Client client, aws::ServiceInterest other, Duration blind_timeout)
    : ServiceWatch(poller, std::move(client), std::move(other)), blind_timeout_(blind_timeout) {}

json::value BusyWatch::begin() const { return json::to_json(BusyState{}); }

Watch::Progress BusyWatch::look(const json::value& before, const aws::ServiceObservation& seen) const {
  auto state = json::from_json<BusyState>(before);
  Progress progress;
  if (!seen.Error.empty()) {
    const auto [line, lasts_too_long] = judge_blindness(seen, state.Trouble, blind_timeout_);
    if (line) progress.lines.push_back(*line);
    if (lasts_too_long) progress.value = json::to_json(BusyEnd{true, seen.Error});
  } else {
    state.Trouble.clear();
    BusyLook look(interest().deployment, state, seen);
    if (look.is_over()) {
      progress.value = json::to_json(BusyEnd{});
    } else {
      progress.lines = look.lines();
    }
  }
  progress.state = json::to_json(state);
  return progress;
}

}  // namespace slipway::steps::ecs
