#include "sim/faults.h"

#include <algorithm>

namespace slipway::sim {

std::optional<Fault> Faults::take(std::string_view operation, std::string_view account) {
  const auto found = std::find_if(faults_.begin(), faults_.end(), [&](const Fault& fault) {
    return (fault.operation.empty() || fault.operation == operation) &&
           (fault.account.empty() || fault.account == account);
  });
  if (found == faults_.end()) return std::nullopt;
  const Fault fault = *found;
  if (--found->count <= 0) faults_.erase(found);
  return fault;
}

}  // namespace slipway::sim
