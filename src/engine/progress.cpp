#include "engine/progress.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "model/resources/projects/deployment_process.h"

namespace slipway::engine {
namespace {

using planning::Condition;

bool is_failure(const UnitProgress& unit) { return unit.done && unit.result == steps::Result::Failed; }

/// Steps of one group that run at once (PRC-8).
constexpr int kMostSideBySide = 10;

/// Empty when the condition lets the work run, otherwise why not. Throws Error{invalid} for a condition that is none.
std::string refusal(Condition condition, const std::string& expression, bool failed_before, std::string_view scope,
                    const ConditionEvaluator& evaluate) {
  switch (condition) {
    case Condition::Success:
      return failed_before ? fmt::format("It runs only on success, and an earlier {} failed.", scope) : "";
    case Condition::Failure:
      return failed_before ? "" : fmt::format("It runs only after a failure, and no earlier {} failed.", scope);
    case Condition::Always:
      return "";
    case Condition::Variable:
      if (trim(expression).empty()) {
        fail_invalid(
            fmt::format("The run condition of the {0} is Variable, and there is no expression: set the {0}'s "
                        "property {1}, or choose another condition.",
                        scope, scope == "step" ? model::kStepCondition : model::kActionCondition));
      }
      return evaluate(expression) ? "" : "Its run condition is false.";
  }
  return "";
}

/// Decides over one task; a walk through the plan in order that stops at the first group with work left.
class Walk {
 public:
  Walk(const UnitStates& units, bool cancelled, const ConditionEvaluator& evaluate)
      : units_(units), cancelled_(cancelled), evaluate_(evaluate) {}

  Decision run(const planning::Plan& plan) {
    int group = -1;
    bool failed_before_group = false;
    for (const auto& step : plan.Steps) {
      if (step.Group != group) {
        if (busy_) break;
        group = step.Group;
        failed_before_group = decision_.failed;
      }
      walk_step(step, failed_before_group);
    }
    decision_.finished = !busy_ && decision_.start.empty();
    decision_.nothing_ran = decision_.finished && !ran_ && !cancelled_;
    decision_.warnings |= decision_.nothing_ran;
    return std::move(decision_);
  }

 private:
  void walk_step(const planning::PlannedStep& step, bool failed_before) {
    bool step_refused = false;
    bool step_checked = false;
    bool action_failed = false;
    std::string why;
    for (const auto& action : step.Actions) {
      if (action.Unit == 0) continue;
      if (const auto it = units_.find(action.Unit); it != units_.end()) {
        if (!it->second.done) {
          busy_ = true;
          ++side_by_side_;
          return;
        }
        action_failed |= is_failure(it->second);
        note(it->second);
        continue;
      }
      if (cancelled_) return;
      try {
        if (!std::exchange(step_checked, true)) {
          why = refusal(step.RunCondition, step.ConditionExpression, failed_before, "step", evaluate_);
          step_refused = !why.empty();
        }
        const std::string refused =
            step_refused ? why
                         : refusal(action.RunCondition, action.ConditionExpression, action_failed, "action", evaluate_);
        if (!refused.empty()) {
          decision_.skip.push_back({action.Unit, refused});
          continue;
        }
      } catch (const Error& error) {
        decision_.fail.push_back({action.Unit, error.message()});
        busy_ = true;
        return;
      }
      busy_ = true;
      if (side_by_side_++ < kMostSideBySide) decision_.start.push_back(action.Unit);
      return;
    }
  }

  void note(const UnitProgress& unit) {
    ran_ |= unit.result != steps::Result::Skipped;
    decision_.failed |= is_failure(unit);
    decision_.warnings |= unit.result == steps::Result::SuccessWithWarning;
  }

  const UnitStates& units_;
  bool cancelled_;
  const ConditionEvaluator& evaluate_;
  Decision decision_;
  bool busy_ = false;
  bool ran_ = false;      ///< a unit that has ended
  int side_by_side_ = 0;  ///< units of the group that run or start
};

}  // namespace

Decision decide(const planning::Plan& plan, const UnitStates& units, bool cancelled,
                const ConditionEvaluator& evaluate) {
  return Walk(units, cancelled, evaluate).run(plan);
}

const planning::PlannedAction* action_of(const planning::Plan& plan, int unit) {
  for (const auto& step : plan.Steps) {
    for (const auto& action : step.Actions) {
      if (action.Unit == unit && unit != 0) return &action;
    }
  }
  return nullptr;
}

}  // namespace slipway::engine
