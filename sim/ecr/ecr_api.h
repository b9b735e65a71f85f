// The operations of ECR (target prefix AmazonEC2ContainerRegistry_V20150921).
#pragma once

#include <vector>

#include "sim/core/call.h"

namespace slipway::sim {

const std::vector<Operation>& ecr_operations();

}  // namespace slipway::sim
