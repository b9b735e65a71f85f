// A task's log by lines, for who reads on where they were.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> task_log_routes();

}  // namespace slipway::api
