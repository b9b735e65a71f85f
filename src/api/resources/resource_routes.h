// The routes of a resource, from its schema alone.
#pragma once

#include <vector>

#include "api/http/route.h"
#include "model/catalogue.h"

namespace slipway::api {

/// Lists, /all, get, create, update, delete, sort order, nestings, views and derived documents of every schema. The
/// catalogue must outlive the routes.
std::vector<Route> resource_routes(const model::Catalogue&);

}  // namespace slipway::api
