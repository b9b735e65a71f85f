// The first things that a client asks: what server is this, which spaces and abilities has it.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> root_routes();

}  // namespace slipway::api
