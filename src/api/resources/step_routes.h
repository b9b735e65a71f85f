// The step types that this server runs, as their declarations describe them.
#pragma once

#include <vector>

#include "api/http/route.h"
#include "model/step_declaration.h"

namespace slipway::api {

/// `declarations` outlive the routes.
std::vector<Route> step_routes(const model::StepDeclarations& declarations);

}  // namespace slipway::api
