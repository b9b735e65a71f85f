// Which kinds of worker pools can be made.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> worker_pool_routes();

}  // namespace slipway::api
