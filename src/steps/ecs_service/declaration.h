// What the ECS service step is and reads, as data (model/step_declaration.h).
#pragma once

#include "model/step_declaration.h"

namespace slipway::steps::ecs {

const model::StepDeclaration& declaration();

}  // namespace slipway::steps::ecs
