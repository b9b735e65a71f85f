// Addresses of what the server can't do yet. Existing clients ask them on their way: an empty answer lets them pass,
// and what would make something is refused with the reason. Where a resource is declared for an address, it has it.
#pragma once

#include <vector>

#include "api/http/route.h"
#include "model/catalogue.h"

namespace slipway::api {

std::vector<Route> not_yet_routes(const model::Catalogue&);

}  // namespace slipway::api
