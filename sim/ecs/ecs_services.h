// Creating, changing and ending services: also what scenarios and foreign updates do.
#pragma once

#include "sim/core/call.h"

namespace slipway::sim {

json::object create_service(Call&);
json::object update_service(Call&);
json::object delete_service(Call&);
json::object stop_service_deployment(Call&);

/// Makes the next revision of the family that `registration` names.
const TaskDefinition& register_task_definition(Region&, const json::object& registration, const std::string& by,
                                               Time now);

}  // namespace slipway::sim
