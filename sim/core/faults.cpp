#include "sim/core/faults.h"

#include <algorithm>

namespace slipway::sim {

std::optional<Fault> Faults::take(std::string_view operation, std::string_view account, std::string_view region) {
  const auto found = std::find_if(faults_.begin(), faults_.end(), [&](const Fault& fault) {
    return (fault.operation.empty() || fault.operation == operation) &&
           (fault.account.empty() || fault.account == account) && (fault.region.empty() || fault.region == region);
  });
  if (found == faults_.end()) return std::nullopt;
  const Fault fault = *found;
  if (--found->count <= 0) faults_.erase(found);
  return fault;
}

}  // namespace slipway::sim
