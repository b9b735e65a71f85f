#include "sim/ecs/services.h"

#include <algorithm>

namespace slipway::sim {

bool is_simulated(std::string_view action) {
  return std::any_of(kSimulatedServices.begin(), kSimulatedServices.end(), [&](const SimulatedService& service) {
    const bool ours = action.starts_with(service.name) && action.substr(service.name.size()).starts_with(':');
    return ours && find_operation(service.operations(), action.substr(service.name.size() + 1)) != nullptr;
  });
}

}  // namespace slipway::sim
