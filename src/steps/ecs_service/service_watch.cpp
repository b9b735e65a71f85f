#include "steps/ecs_service/service_watch.h"

#include <utility>

namespace slipway::steps::ecs {
namespace {

class Watching final : public Subscription {
 public:
  explicit Watching(std::unique_ptr<aws::ServicePoller::Watching> watching) : watching_(std::move(watching)) {}

 private:
  std::unique_ptr<aws::ServicePoller::Watching> watching_;
};

}  // namespace

ServiceWatch::ServiceWatch(aws::ServicePoller& poller, aws::Client client, aws::ServiceInterest interest)
    : poller_(poller), client_(std::move(client)), interest_(std::move(interest)) {}

Watch::Progress ServiceWatch::next(const json::value& state, const json::value& observation) const {
  const auto seen = json::from_json<aws::ServiceObservation>(observation);
  Progress progress = look(state, seen);
  progress.saw_nothing = !seen.Error.empty();
  return progress;
}

std::unique_ptr<Subscription> ServiceWatch::subscribe(Observer observer) const {
  return std::make_unique<Watching>(poller_.watch(
      client_, interest_,
      [observer = std::move(observer)](const aws::ServiceObservation& seen) { observer(json::to_json(seen)); }));
}

}  // namespace slipway::steps::ecs
