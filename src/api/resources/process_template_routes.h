// What a release of a process would need: packages with their last versions, and the next number.
#pragma once

#include <vector>

#include "api/http/route.h"

namespace slipway::api {

std::vector<Route> process_template_routes();

}  // namespace slipway::api
