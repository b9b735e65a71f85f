// Whether the task queue is held, what waits in it, and its release.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> queue_routes();

}  // namespace slipway::api
