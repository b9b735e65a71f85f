// All route tables. An area adds its function here and in routes.cpp.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

/// Every route of the server.
std::vector<Route> all_routes(const model::Catalogue&);

}  // namespace slipway::api
