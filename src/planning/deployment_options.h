// What may be chosen of a deployment beside where it goes: one shape for the call that asks for it, the deployment that
// is kept, its answer, and the run. How calls spell them: api/delivery/deployment_bodies.h.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "base/time.h"

namespace slipway::planning {

/// Spelled as the kept deployment and its answer spell them.
struct DeploymentOptions {
  std::string Comments;
  bool ForcePackageDownload = false;
  bool ForcePackageRedeployment = false;
  std::optional<Time> QueueTime;        ///< not to start before (SCH-1)
  std::optional<Time> QueueTimeExpiry;  ///< not to start after
};
BOOST_DESCRIBE_STRUCT(DeploymentOptions, (),
                      (Comments, ForcePackageDownload, ForcePackageRedeployment, QueueTime, QueueTimeExpiry))

}  // namespace slipway::planning
