// What an action's properties say of the task definition: read, checked against AWS's model, with images resolved.
#pragma once

#include "steps/ecs_service/definition.h"
#include "steps/input_reader.h"

namespace slipway::steps::ecs {

WantedDefinition read_definition(InputReader&);

}  // namespace slipway::steps::ecs
