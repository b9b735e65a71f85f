// Waits for the end of a rollout that is not ours, before ours begins.
#pragma once

#include <boost/describe.hpp>
#include <string>

#include "base/describe.h"
#include "steps/ecs_service/service_watch.h"

namespace slipway::steps::ecs {

/// How the wait ended.
struct BusyEnd {
  bool Unobservable = false;  ///< for too long no look has shown anything; else the rollout is over
  std::string Reason;
};
BOOST_DESCRIBE_STRUCT(BusyEnd, (), (Unobservable, Reason))

/// Its value is a BusyEnd.
class BusyWatch final : public ServiceWatch {
 public:
  /// `other`: their rollout, as it was found.
  BusyWatch(aws::ServicePoller&, aws::Client, aws::ServiceInterest other, Duration blind_timeout);

  json::value begin() const override;

 private:
  Progress look(const json::value& state, const aws::ServiceObservation&) const override;

  Duration blind_timeout_;
};

}  // namespace slipway::steps::ecs
