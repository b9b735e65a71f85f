// Waits for a rollout's verdict: the judge of rollout.h, fed by the poller that watches the service.
#pragma once

#include <string>

#include "steps/ecs_service/rollout.h"
#include "steps/ecs_service/service_watch.h"

namespace slipway::steps::ecs {

/// Its value is a Verdict.
class RolloutWatch final : public ServiceWatch {
 public:
  RolloutWatch(aws::ServicePoller& poller, aws::Client client, std::string cluster, std::string service,
               Expectation expectation);

  json::value begin() const override;

 private:
  Progress look(const json::value& state, const aws::ServiceObservation&) const override;

  Expectation expectation_;
};

}  // namespace slipway::steps::ecs
