// The first things that a client asks: what server is this, which spaces and abilities has it.
#pragma once

#include <memory>
#include <vector>

#include "api/compat/root_links.h"
#include "api/http/route.h"

namespace slipway::api {

/// The links are those of every route, so that they are only known when these routes are, too.
std::vector<Route> root_routes(const std::shared_ptr<const RootLinks>&);

}  // namespace slipway::api
