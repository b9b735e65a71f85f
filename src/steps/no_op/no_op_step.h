// A step that succeeds at once: what a deployment costs by itself (bench), and a placeholder in a process under way.
#pragma once

#include "steps/step.h"

namespace slipway::steps {

class NoOpStep final : public StepType {
 public:
  const model::StepDeclaration& declaration() const override { return declaration_; }
  Outcome execute(StepContext&) const override { return Outcome::success(); }

 private:
  model::StepDeclaration declaration_{
      .type = "Slipway.NoOp",
      .name = "Do nothing",
      .category = "Other",
      .description = "Succeeds at once; a placeholder in a process that is being made.",
  };
};

}  // namespace slipway::steps
