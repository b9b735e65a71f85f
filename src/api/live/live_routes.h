// The stream of committed changes.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> live_routes();

}  // namespace slipway::api
