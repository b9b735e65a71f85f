// What runs where: dashboards.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> dashboard_routes();

}  // namespace slipway::api
