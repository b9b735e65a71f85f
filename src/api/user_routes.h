// What users ask about themselves, and their API keys.
#pragma once

#include <vector>

#include "api/route.h"
#include "model/resources.h"

namespace slipway::api {

std::vector<Route> user_routes(const model::Catalogue&);

}  // namespace slipway::api
