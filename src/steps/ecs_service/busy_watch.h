// Waits for the end of a rollout that is not ours, before ours begins.
#pragma once

#include <boost/describe.hpp>
#include <memory>
#include <string>

#include "base/describe.h"
#include "cloud/poller.h"
#include "steps/ecs_service/line_fold.h"
#include "steps/step.h"

namespace slipway::steps::ecs {

/// Somebody else's rollout, as it was found.
struct OtherRollout {
  std::string deployment;
  std::string task_definition;
  Time since{};
};

/// How the wait ended.
struct BusyEnd {
  bool Unobservable = false;  ///< for too long no look has shown anything; else the rollout is over
  std::string Reason;
};
BOOST_DESCRIBE_STRUCT(BusyEnd, (), (Unobservable, Reason))

/// Its value is a BusyEnd.
class BusyWatch final : public Watch {
 public:
  BusyWatch(aws::ServicePoller&, aws::Client, std::string cluster, std::string service, OtherRollout,
            Duration blind_timeout);

  json::value begin() const override;
  Progress next(const json::value& state, const json::value& observation) const override;
  std::unique_ptr<Subscription> subscribe(Observer) const override;

 private:
  aws::ServicePoller& poller_;
  aws::Client client_;
  std::string cluster_;
  std::string service_;
  OtherRollout other_;
  Duration blind_timeout_;
};

}  // namespace slipway::steps::ecs
