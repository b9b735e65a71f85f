// What deployment targets and workers have in common: how the server would reach them, and what it knows of them.
#pragma once

#include <vector>

#include "model/schema.h"

namespace slipway::model {

/// Name, endpoint, policy and state; `own` stand behind the endpoint.
std::vector<Field> machine_fields(std::vector<Field> own);

/// Fills in the policy, and what the endpoint and being disabled say of the whole.
void complete_machine(json::object& machine, const Lookup&);

/// With a warning of a region that nobody knows; for Schema::present.
json::object with_endpoint_warning(json::object machine, const Lookup&);

/// What was found when the connection was last tried, which it never is yet.
Derived connection_of_machine();

}  // namespace slipway::model
