// What ECS refuses of a task definition although its parts are of the right kind, with the words that it uses.
#pragma once

#include "base/json.h"

namespace slipway::sim {

/// The whole as it was registered, with `cpu` and `memory` in plain numbers. Throws AwsError{ClientException}.
void check_task_definition(const json::object& task);

}  // namespace slipway::sim
