#include "steps/ecs_service/rollout_watch.h"

namespace slipway::steps::ecs {
namespace {

class Watching final : public Subscription {
 public:
  explicit Watching(std::unique_ptr<aws::ServicePoller::Watching> watching) : watching_(std::move(watching)) {}

 private:
  std::unique_ptr<aws::ServicePoller::Watching> watching_;
};

}  // namespace

std::unique_ptr<Subscription> watch_service(aws::ServicePoller& poller, const aws::Client& client,
                                            aws::ServiceInterest interest, Watch::Observer observer) {
  return std::make_unique<Watching>(poller.watch(
      client, std::move(interest),
      [observer = std::move(observer)](const aws::ServiceObservation& seen) { observer(json::to_json(seen)); }));
}

RolloutWatch::RolloutWatch(aws::ServicePoller& poller, aws::Client client, std::string cluster, std::string service,
                           Expectation expectation)
    : poller_(poller),
      client_(std::move(client)),
      cluster_(std::move(cluster)),
      service_(std::move(service)),
      expectation_(std::move(expectation)) {}

json::value RolloutWatch::begin() const { return json::to_json(RolloutState{}); }

Watch::Progress RolloutWatch::next(const json::value& state, const json::value& observation) const {
  const auto seen = json::from_json<aws::ServiceObservation>(observation);
  Judgement judgement = judge(expectation_, json::from_json<RolloutState>(state), seen);
  Progress progress{json::to_json(judgement.state), std::move(judgement.lines), std::nullopt, !seen.Error.empty()};
  if (judgement.verdict) progress.value = json::to_json(*judgement.verdict);
  return progress;
}

std::unique_ptr<Subscription> RolloutWatch::subscribe(Observer observer) const {
  aws::ServiceInterest interest;
  interest.cluster = cluster_;
  interest.service = service_;
  interest.deployment = expectation_.rollout.Deployment;
  interest.task_definition = expectation_.rollout.TaskDefinition;
  interest.since = expectation_.rollout.Since;
  interest.last_event = expectation_.rollout.LastEvent;
  return watch_service(poller_, client_, std::move(interest), std::move(observer));
}

}  // namespace slipway::steps::ecs
