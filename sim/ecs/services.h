// Which services are simulated, and their operations.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "sim/ecr/ecr_api.h"
#include "sim/ecs/ecs_api.h"
#include "sim/sts/sts_api.h"

namespace slipway::sim {

struct SimulatedService {
  std::string_view name;  ///< as actions are prefixed: "ecs"
  const std::vector<Operation>& (*operations)();
};
inline constexpr std::array kSimulatedServices = {
    SimulatedService{"ecs", ecs_operations},
    SimulatedService{"ecr", ecr_operations},
    SimulatedService{"sts", sts_operations},
};

/// Whether `action`, such as "ecs:UpdateService", is implemented.
bool is_simulated(std::string_view action);

}  // namespace slipway::sim
