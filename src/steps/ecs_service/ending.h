// How a rollout ended, in words: what the step itself knows of it, beside what failure_message.h makes of findings.
// Pure.
#pragma once

#include <string>

#include "steps/ecs_service/failure_message.h"
#include "steps/ecs_service/rollout.h"

namespace slipway::steps::ecs {

/// Why the step ends a rollout that ECS has not ended.
struct GivenUp {
  std::string how;       ///< "timed out after 30 minutes"
  std::string why;       ///< a sentence
  bool is_told = false;  ///< `why` is the reason, whatever else was found
  Findings findings;
};

/// A verdict other than Healthy.
Failure failure_of(const Verdict&);

/// Why a way back did not prove itself. `cause`: what the findings on that way tell first; "" where `why` is all that
/// there is to say.
std::string why_not_back(std::string why, const std::string& cause, const GivenUp&);

std::string capitalised(std::string text);

}  // namespace slipway::steps::ecs
