// Deployments: create, read, preview, and what runs where.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> deployment_routes();

}  // namespace slipway::api
