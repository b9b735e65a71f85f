#include "steps/ecs_service/busy_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "steps/ecs_service/rollout_watch.h"
#include "steps/ecs_service/service_event.h"
#include "steps/ecs_service/stopped_task.h"

namespace slipway::steps::ecs {
namespace {

constexpr int failures_until_hint = 3;

struct BusyState {
  SaidLines Said;
  std::string Shown, Trouble;
  int Stopped = 0;  ///< the most failed tasks of it that a look has shown
};
BOOST_DESCRIBE_STRUCT(BusyState, (), (Said, Shown, Trouble, Stopped))

/// One look at a service that somebody else updates.
class BusyLook {
 public:
  BusyLook(const OtherRollout& other, BusyState& state, const aws::ServiceObservation& seen)
      : other_(other), state_(state), seen_(seen) {}

  /// Only the service's PRIMARY deployment counts: one that supersedes theirs is looked at when ours comes to it.
  bool is_over() const {
    const auto* primary = this->primary();
    const bool is_theirs = primary != nullptr && primary->Id == other_.deployment;
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
    if (failed < failures_until_hint ||
        std::exchange(state_.Stopped, static_cast<int>(failed)) >= failures_until_hint) {
      return;
    }
    lines.push_back(
        {LineKind::Warning, fmt::format("Tasks of {} keep failing: {}. To deploy over it, cancel and deploy again with "
                                        "Slipway.Ecs.WhenBusy set to Supersede.",
                                        other_.deployment, cause_of(tasks.back()))});
  }

  const OtherRollout& other_;
  BusyState& state_;
  const aws::ServiceObservation& seen_;
  LineFold fold_{state_.Said};
};

}  // namespace

BusyWatch::BusyWatch(aws::ServicePoller& poller, aws::Client client, std::string cluster, std::string service,
                     OtherRollout other, Duration blind_timeout)
    : poller_(poller),
      client_(std::move(client)),
      cluster_(std::move(cluster)),
      service_(std::move(service)),
      other_(std::move(other)),
      blind_timeout_(blind_timeout) {}

json::value BusyWatch::begin() const { return json::to_json(BusyState{}); }

Watch::Progress BusyWatch::next(const json::value& before, const json::value& observation) const {
  const auto seen = json::from_json<aws::ServiceObservation>(observation);
  auto state = json::from_json<BusyState>(before);
  Progress progress;
  progress.saw_nothing = !seen.Error.empty();
  if (progress.saw_nothing) {
    const std::string told = without_ids(seen.Error);
    if (std::exchange(state.Trouble, told) != told) {
      progress.lines.push_back({LineKind::Warning, fmt::format("The service can't be looked at: {}", seen.Error)});
    }
    if (seen.BlindSince && seen.At - *seen.BlindSince >= blind_timeout_) {
      progress.value = json::to_json(BusyEnd{true, seen.Error});
    }
  } else {
    state.Trouble.clear();
    BusyLook look(other_, state, seen);
    if (look.is_over()) {
      progress.value = json::to_json(BusyEnd{});
    } else {
      progress.lines = look.lines();
    }
  }
  progress.state = json::to_json(state);
  return progress;
}

std::unique_ptr<Subscription> BusyWatch::subscribe(Observer observer) const {
  return watch_service(poller_, client_,
                       {cluster_, service_, other_.deployment, other_.task_definition, other_.since, {}},
                       std::move(observer));
}

}  // namespace slipway::steps::ecs
