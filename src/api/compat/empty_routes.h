// Collections of features that are not there yet. Clients list them on their way; an empty list lets them pass. Where a
// resource is declared for an address, it has it.
#pragma once

#include <vector>

#include "api/http/route.h"
#include "model/catalogue.h"

namespace slipway::api {

std::vector<Route> empty_routes(const model::Catalogue&);

}  // namespace slipway::api
