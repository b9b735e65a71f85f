// What is asked of all tenants together: which values they still owe.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> tenant_routes();

}  // namespace slipway::api
