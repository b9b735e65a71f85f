// The tables of links that clients find everything by: the .NET and Go clients build no address themselves.
#pragma once

#include <string>

#include "base/json.h"
#include "model/catalogue.h"

namespace slipway::api {

/// Links to what belongs to the space: one for each declared resource that names its link, and the fixed ones.
json::object space_links(const model::Catalogue&, const std::string& space);
/// Links to what belongs to the system.
json::object system_links(const model::Catalogue&);

}  // namespace slipway::api
