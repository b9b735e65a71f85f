// Questions across documents that clients ask of tenants and variables.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> question_routes();

}  // namespace slipway::api
