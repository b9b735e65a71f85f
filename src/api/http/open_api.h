// The OpenAPI document, made of the route table and the schemas.
#pragma once

#include <string>
#include <vector>

#include "api/http/route.h"
#include "base/json.h"
#include "model/catalogue.h"

namespace slipway::api {

/// The component that describes a computed document, "ProjectSummary".
std::string derived_component(const model::Schema&, const model::Derived&);

/// An object with these members, of a body.
json::object shape_of(const std::vector<model::Field>&);

/// The shapes that others refer to, by name.
json::object component_schemas(const model::Catalogue&);

json::object open_api(const std::vector<Route>&, const model::Catalogue&);

/// The route that serves it; it describes `described`, and itself.
Route open_api_route(const std::vector<Route>& described, const model::Catalogue&);

}  // namespace slipway::api
