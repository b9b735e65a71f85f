#include "engine/progress.h"

#include <doctest/doctest.h>

using namespace slipway;
using namespace slipway::engine;
using planning::Condition;
using steps::Result;

namespace {

planning::PlannedStep step(int group, int unit, Condition condition = Condition::Success, std::string expression = {}) {
  planning::PlannedStep s;
  s.Number = unit;
  s.Group = group;
  s.Name = "step " + std::to_string(unit);
  s.RunCondition = condition;
  s.ConditionExpression = std::move(expression);
  planning::PlannedAction action;
  action.Unit = unit;
  action.Name = s.Name;
  s.Actions.push_back(action);
  return s;
}

UnitProgress ended(Result result) { return {true, result}; }
bool never(const std::string&) { return false; }

Decision decide_on(const planning::Plan& plan, const UnitStates& units, bool cancelled = false) {
  return decide(plan, units, cancelled, never);
}

}  // namespace

TEST_CASE("steps run one after the other, and those of a group side by side (PRC-8)") {
  const planning::Plan plan{{step(1, 1), step(2, 2), step(2, 3), step(3, 4)}};
  CHECK(decide_on(plan, {}).start == std::vector{1});
  CHECK(decide_on(plan, {{1, {}}}).start.empty());
  CHECK_FALSE(decide_on(plan, {{1, {}}}).finished);
  CHECK(decide_on(plan, {{1, ended(Result::Success)}}).start == std::vector{2, 3});
  CHECK(decide_on(plan, {{1, ended(Result::Success)}, {2, ended(Result::Success)}, {3, {}}}).start.empty());
}

TEST_CASE("of a large group ten run at once, and the next starts when one of them ends (PRC-8)") {
  planning::Plan plan;
  for (int unit = 1; unit <= 12; ++unit) plan.Steps.push_back(step(1, unit));
  auto decision = decide_on(plan, {});
  CHECK(decision.start == std::vector{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  UnitStates units;
  for (const int unit : decision.start) units[unit] = {};
  CHECK(decide_on(plan, units).start.empty());
  units[4] = ended(Result::Success);
  CHECK(decide_on(plan, units).start == std::vector{11});
}

TEST_CASE("after a failure only Failure and Always steps run, and the task fails (PRC-7)") {
  const planning::Plan plan{{step(1, 1), step(2, 2), step(3, 3, Condition::Failure), step(4, 4, Condition::Always)}};
  auto decision = decide_on(plan, {{1, ended(Result::Failed)}});
  REQUIRE(decision.skip.size() == 1);
  CHECK(decision.skip[0].unit == 2);
  CHECK(decision.skip[0].reason == "It runs only on success, and an earlier step failed.");
  const UnitStates rest{{1, ended(Result::Failed)}, {2, ended(Result::Skipped)}};
  CHECK(decide_on(plan, rest).start == std::vector{3});
  UnitStates all = rest;
  all[3] = ended(Result::Success);
  all[4] = ended(Result::Success);
  decision = decide_on(plan, all);
  CHECK(decision.finished);
  CHECK(decision.failed);
}

TEST_CASE("without a failure, Failure steps are skipped with their reason") {
  const planning::Plan plan{{step(1, 1), step(2, 2, Condition::Failure)}};
  const auto decision = decide_on(plan, {{1, ended(Result::SuccessWithWarning)}});
  REQUIRE(decision.skip.size() == 1);
  CHECK(decision.finished);
  CHECK(decision.warnings);
  CHECK_FALSE(decision.failed);
}

TEST_CASE("a failure inside a parallel group lets its other members end (PRC-8)") {
  const planning::Plan plan{{step(1, 1), step(1, 2), step(2, 3)}};
  CHECK_FALSE(decide_on(plan, {{1, ended(Result::Failed)}, {2, {}}}).finished);
  CHECK(decide_on(plan, {{1, ended(Result::Failed)}}).start == std::vector{2});
}

TEST_CASE("once cancelled nothing starts, and the task is finished when nothing runs (TSK-7)") {
  const planning::Plan plan{{step(1, 1), step(2, 2, Condition::Always)}};
  CHECK_FALSE(decide_on(plan, {{1, {}}}, true).finished);
  const auto decision = decide_on(plan, {{1, ended(Result::Canceled)}}, true);
  CHECK(decision.finished);
  CHECK(decision.start.empty());
}

TEST_CASE("a variable condition that can't be evaluated fails the unit with that error (PRC-6)") {
  const planning::Plan plan{{step(1, 1, Condition::Variable, "#{oops")}};
  const auto broken = [](const std::string&) -> bool { fail_invalid("no"); };
  const auto decision = decide(plan, {}, false, broken);
  REQUIRE(decision.fail.size() == 1);
  CHECK(decision.fail[0].unit == 1);
  CHECK(decision.fail[0].reason == "no");
  CHECK(decision.start.empty());
  CHECK_FALSE(decision.finished);
  CHECK(decide_on(plan, {}).skip.size() == 1);
}

TEST_CASE("a variable condition without an expression fails the unit, and says what to set (PRC-6)") {
  planning::Plan plan{{step(1, 1, Condition::Variable, " ")}};
  CHECK(decide_on(plan, {}).fail.at(0).reason ==
        "The run condition of the step is Variable, and there is no expression: set the step's property "
        "Octopus.Step.ConditionVariableExpression, or choose another condition.");
  plan.Steps[0].RunCondition = Condition::Success;
  plan.Steps[0].Actions[0].RunCondition = Condition::Variable;
  CHECK(decide_on(plan, {}).fail.at(0).reason.find("Octopus.Action.ConditionVariableExpression") != std::string::npos);
}

TEST_CASE("a task of which nothing ran ends with a warning") {
  const planning::Plan plan{{step(1, 1, Condition::Failure), step(2, 2, Condition::Variable, "#{No}")}};
  auto decision = decide_on(plan, {{1, ended(Result::Skipped)}, {2, ended(Result::Skipped)}});
  CHECK(decision.finished);
  CHECK(decision.nothing_ran);
  CHECK(decision.warnings);
  CHECK_FALSE(decision.failed);
  for (const Result ran : {Result::Success, Result::Failed, Result::SuccessWithWarning}) {
    CHECK_FALSE(decide_on(plan, {{1, ended(Result::Skipped)}, {2, ended(ran)}}).nothing_ran);
  }
  CHECK_FALSE(decide_on(plan, {{1, ended(Result::Skipped)}}, true).nothing_ran);
  decision = decide_on({}, {});
  CHECK(decision.finished);
  CHECK(decision.nothing_ran);
}
