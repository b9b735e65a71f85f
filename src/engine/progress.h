// Which units of a task may start, and how the task ends: pure functions of its plan and the units' states.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "planning/plan.h"
#include "steps/step.h"

namespace slipway::engine {

struct UnitProgress {
  bool done = false;
  steps::Result result = steps::Result::Success;  ///< when done
};

/// By unit number; a unit that has not started is absent.
using UnitStates = std::map<int, UnitProgress>;

struct Decision {
  std::vector<int> start;  ///< units to start now
  struct Settled {
    int unit;
    std::string reason;
  };
  std::vector<Settled> skip;  ///< units whose run condition says no; they count as done
  std::vector<Settled> fail;  ///< units whose run condition can't be evaluated (PRC-6)
  bool finished = false;      ///< nothing runs and nothing will
  bool failed = false;        ///< valid when finished
  bool warnings = false;      ///< valid when finished
  bool nothing_ran = false;   ///< valid when finished: no unit, and nobody canceled it
};

/// Evaluates a variable run condition; throws Error when it can't be evaluated, which fails the step (PRC-6).
using ConditionEvaluator = std::function<bool(const std::string& expression)>;

/// PRC-6, PRC-7, PRC-8. Groups run in order; the steps of one group side by side; the actions of a step one after the
/// other. After a failure only Failure, Always and Variable steps run. Once `cancelled`, nothing starts (TSK-7).
Decision decide(const planning::Plan&, const UnitStates&, bool cancelled, const ConditionEvaluator&);

/// The planned action of a unit; nullptr when the plan has none.
const planning::PlannedAction* action_of(const planning::Plan&, int unit);

}  // namespace slipway::engine
