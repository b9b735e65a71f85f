// Bringing actions to a newer version of the step template that they were made of.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> action_template_routes();

}  // namespace slipway::api
