// A step that succeeds at once: what a deployment costs by itself (bench), and a placeholder in a process under way.
#pragma once

#include "steps/step.h"

namespace slipway::steps {

class NoOpStep final : public StepType {
 public:
  std::string_view type() const override { return "Slipway.NoOp"; }
  Outcome execute(StepContext&) const override { return Outcome::success(); }
};

}  // namespace slipway::steps
