// Waits for a rollout's verdict: the judge of rollout.h, fed by the poller that watches the service.
#pragma once

#include <memory>

#include "cloud/poller.h"
#include "steps/ecs_service/rollout.h"
#include "steps/step.h"

namespace slipway::steps::ecs {

/// Feeds `observer` with what the poller sees.
std::unique_ptr<Subscription> watch_service(aws::ServicePoller&, const aws::Client&, aws::ServiceInterest,
                                            Watch::Observer observer);

class RolloutWatch final : public Watch {
 public:
  RolloutWatch(aws::ServicePoller& poller, aws::Client client, std::string cluster, std::string service,
               Expectation expectation);

  json::value begin() const override;
  Progress next(const json::value& state, const json::value& observation) const override;
  std::unique_ptr<Subscription> subscribe(Observer) const override;

 private:
  aws::ServicePoller& poller_;
  aws::Client client_;
  std::string cluster_;
  std::string service_;
  Expectation expectation_;
};

}  // namespace slipway::steps::ecs
