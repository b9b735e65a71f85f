// A wait that looks at one ECS service through the poller: what the waits for our own rollout and for somebody else's
// share.
#pragma once

#include <memory>

#include "cloud/poller.h"
#include "steps/step.h"

namespace slipway::steps::ecs {

class ServiceWatch : public Watch {
 public:
  Progress next(const json::value& state, const json::value& observation) const final;
  std::unique_ptr<Subscription> subscribe(Observer) const final;

 protected:
  ServiceWatch(aws::ServicePoller&, aws::Client, aws::ServiceInterest);
  const aws::ServiceInterest& interest() const { return interest_; }

 private:
  /// Judges one look; pure. Whether it saw nothing is told by next().
  virtual Progress look(const json::value& state, const aws::ServiceObservation&) const = 0;

  aws::ServicePoller& poller_;
  aws::Client client_;
  aws::ServiceInterest interest_;
};

}  // namespace slipway::steps::ecs
