// What users ask about themselves, and their API keys.
#pragma once

#include <vector>

#include "api/http/route.h"
#include "model/catalogue.h"

namespace slipway::api {

std::vector<Route> user_routes(const model::Catalogue&);

}  // namespace slipway::api
