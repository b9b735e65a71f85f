// What is asked of variables across their sets: their names.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> variable_routes();

}  // namespace slipway::api
