// The operations of STS (Query protocol, version 2011-06-15).
#pragma once

#include <vector>

#include "sim/core/call.h"

namespace slipway::sim {

const std::vector<Operation>& sts_operations();

}  // namespace slipway::sim
