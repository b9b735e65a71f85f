// What is wrong with a step type's declaration itself: slips of who wrote the step, looked for when a server registers
// it, since much is made of the declaration and nothing of that would say so. Pure; threads: any.
#pragma once

#include "base/error.h"
#include "model/step_declaration.h"

namespace slipway::model {

/// A sentence for each.
Problems faults_of(const StepDeclaration&);

}  // namespace slipway::model
