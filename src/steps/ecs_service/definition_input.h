// What an action's properties say of the task definition: read, checked against AWS's model, with images resolved.
#pragma once

#include "base/error.h"
#include "steps/ecs_service/definition.h"
#include "steps/step.h"

namespace slipway::steps::ecs {

WantedDefinition read_definition(const StepContext&, Problems&);

}  // namespace slipway::steps::ecs
