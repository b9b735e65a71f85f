#include "steps/ecs_service/blindness.h"

#include <fmt/format.h>

#include <utility>

#include "steps/ecs_service/service_event.h"

namespace slipway::steps::ecs {

Blindness judge_blindness(const aws::ServiceObservation& seen, std::string& trouble, Duration limit) {
  Blindness blindness;
  std::string told = without_ids(seen.Error);
  if (trouble != told) {
    trouble = std::move(told);
    blindness.line = Line{LineKind::Warning, fmt::format("The service can't be looked at: {}", seen.Error)};
  }
  blindness.lasts_too_long = seen.BlindSince && seen.At - *seen.BlindSince >= limit;
  return blindness;
}

}  // namespace slipway::steps::ecs
