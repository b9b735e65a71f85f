// Step types as clients list them beside step templates.
#pragma once

#include <vector>

#include "api/http/route.h"
#include "model/step_declaration.h"

namespace slipway::api {

/// `declarations` outlive the routes.
std::vector<Route> step_template_routes(const model::StepDeclarations& declarations);

}  // namespace slipway::api
