#include "steps/ecs_service/rollout_watch.h"

#include <utility>

namespace slipway::steps::ecs {
namespace {

aws::ServiceInterest interest_in(const Rollout& rollout, std::string cluster, std::string service) {
  return {std::move(cluster),     std::move(service), rollout.Deployment,
          rollout.TaskDefinition, rollout.Since,      rollout.LastEvent};
}

}  // namespace

RolloutWatch::RolloutWatch(aws::ServicePoller& poller, aws::Client client, std::string cluster, std::string service,
                           Expectation expectation)
    : ServiceWatch(poller, std::move(client), interest_in(expectation.rollout, std::move(cluster), std::move(service))),
      expectation_(std::move(expectation)) {}

json::value RolloutWatch::begin() const { return json::to_json(RolloutState{}); }

Watch::Progress RolloutWatch::look(const json::value& state, const aws::ServiceObservation& seen) const {
  Judgement judgement = judge(expectation_, json::from_json<RolloutState>(state), seen);
  Progress progress;
  progress.state = json::to_json(judgement.state);
  progress.lines = std::move(judgement.lines);
  if (judgement.verdict) progress.value = json::to_json(*judgement.verdict);
  return progress;
}

}  // namespace slipway::steps::ecs
