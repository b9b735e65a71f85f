// The operations of ECS (target prefix AmazonEC2ContainerServiceV20141113).
#pragma once

#include <vector>

#include "sim/core/call.h"

namespace slipway::sim {

const std::vector<Operation>& ecs_operations();

}  // namespace slipway::sim
