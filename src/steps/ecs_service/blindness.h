// Looks at a service that failed: what is told of them, and when there have been too many. Pure.
#pragma once

#include <optional>
#include <string>

#include "cloud/service_observation.h"
#include "steps/step.h"

namespace slipway::steps::ecs {

struct Blindness {
  std::optional<Line> line;     ///< to be told; not again while it is the same trouble
  bool lasts_too_long = false;  ///< there have been nothing but such looks for `limit`
};
/// `trouble` is what was told last, "" after a look that showed something.
Blindness judge_blindness(const aws::ServiceObservation&, std::string& trouble, Duration limit);

}  // namespace slipway::steps::ecs
