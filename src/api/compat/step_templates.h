// Step types as clients list them beside step templates.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> step_template_routes();

}  // namespace slipway::api
