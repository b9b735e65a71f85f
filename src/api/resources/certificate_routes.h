// What certificates answer beside what their schema declares.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> certificate_routes();

}  // namespace slipway::api
