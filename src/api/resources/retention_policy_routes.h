// The one policy of a space for what is to be kept or to go, found by its kind.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> retention_policy_routes();

}  // namespace slipway::api
