// Permissions are data: each route names one, and one function decides.
#pragma once

#include <string_view>

#include "api/http/call.h"

namespace slipway::api {

/// May the principal use the permission, in any space? Members of the administrators' team may do everything; others
/// only what needs no permission beyond a key.
bool is_permitted(const Principal&, std::string_view permission);

/// Throws Error{denied} that names the permission and the space (SEC-4).
void require_permission(const Principal&, std::string_view permission, std::string_view space);

}  // namespace slipway::api
