// Newer addresses of lists that have an older one.
#pragma once

#include <vector>

#include "api/route.h"
#include "model/resources.h"

namespace slipway::api {

/// The catalogue must outlive the routes.
std::vector<Route> alias_routes(const model::Catalogue&);

}  // namespace slipway::api
