#include "planning/make_plan.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace slipway::planning {
namespace {

using Texts = std::vector<std::string>;

model::Action action(std::string name) {
  model::Action a;
  a.Id = "id-" + name;
  a.Name = std::move(name);
  a.ActionType = "Slipway.NoOp";
  return a;
}

model::Step step(model::Action a, std::string trigger = "StartAfterPrevious") {
  model::Step s;
  s.Id = "step-" + a.Id;
  s.Name = a.Name;
  s.StartTrigger = std::move(trigger);
  s.Actions.push_back(std::move(a));
  return s;
}

PlannedAction planned(model::Action a, const PlanScope& scope) {
  return make_plan({{}, {}, {}, 0, {step(std::move(a))}}, scope).Steps.at(0).Actions.at(0);
}

const PlanScope untenanted{"Channels-1", "Environments-1", std::nullopt, {}};
const PlanScope tenanted{"Channels-1", "Environments-1", Texts{"Ring/A"}, {}};

TEST_CASE("PRC-3: an action outside its scope is listed as skipped with the reason") {
  struct Case {
    std::string what;
    void (*edit)(model::Action&);
    bool runs_untenanted, runs_tenanted;
  };
  const Case cases[] = {
      {"no scope", [](model::Action&) {}, true, true},
      {"this environment", [](model::Action& a) { a.Environments = {"Environments-1"}; }, true, true},
      {"other environment", [](model::Action& a) { a.Environments = {"Environments-2"}; }, false, false},
      {"excluded here", [](model::Action& a) { a.ExcludedEnvironments = {"Environments-1"}; }, false, false},
      {"excluded elsewhere", [](model::Action& a) { a.ExcludedEnvironments = {"Environments-2"}; }, true, true},
      {"this channel", [](model::Action& a) { a.Channels = {"Channels-1"}; }, true, true},
      {"other channel", [](model::Action& a) { a.Channels = {"Channels-2"}; }, false, false},
      {"tenant tag", [](model::Action& a) { a.TenantTags = {"Ring/A"}; }, false, true},
      {"other tenant tag", [](model::Action& a) { a.TenantTags = {"Ring/B"}; }, false, false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    model::Action a = action("A");
    c.edit(a);
    CHECK(planned(a, untenanted).SkipReason.empty() == c.runs_untenanted);
    CHECK((planned(a, untenanted).Unit == 1) == c.runs_untenanted);
    CHECK(planned(a, tenanted).SkipReason.empty() == c.runs_tenanted);
  }
}

TEST_CASE("PRC-3: a disabled action is not in the plan") {
  model::Action disabled = action("A");
  disabled.IsDisabled = true;
  CHECK(make_plan({{}, {}, {}, 0, {step(disabled), step(action("B"))}}, untenanted).Steps.size() == 1);
}

TEST_CASE("PRC-4: a step can be skipped on request unless it is required") {
  PlanScope scope = untenanted;
  scope.skipped_actions = {"id-A"};
  model::Action a = action("A");
  CHECK(planned(a, scope).Unit == 0);
  a.IsRequired = true;
  CHECK(planned(a, scope).Unit == 1);
}

TEST_CASE("PRC-4: steps to skip are found by name, and unknown or required ones are refused by name") {
  model::Action required = action("Approve");
  required.IsRequired = true;
  const model::DeploymentProcess process{{}, {}, {}, 0, {step(action("Migrate")), step(required)}};
  CHECK(skippable_actions(process, {"migrate", "id-Migrate"}) == Texts{"id-Migrate"});
  try {
    skippable_actions(process, {"Approve", "Bake"});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.details() == Texts{"The step 'Approve' is required and can't be skipped.",
                                   "The release's process has no step named 'Bake' to skip."});
  }
}

TEST_CASE("PRC-8: steps that start with the previous one share its group") {
  const auto plan = make_plan({{},
                               {},
                               {},
                               0,
                               {step(action("A"), "StartWithPrevious"), step(action("B"), "StartWithPrevious"),
                                step(action("C")), step(action("D"), "StartWithPrevious")}},
                              untenanted);
  Texts groups;
  for (const PlannedStep& s : plan.Steps) groups.push_back(s.Name + std::to_string(s.Group));
  CHECK(groups == Texts{"A1", "B1", "C2", "D2"});
}

TEST_CASE("PRC-6: conditions and their expressions are carried into the plan, units are numbered in order") {
  model::Step always = step(action("A"));
  always.Condition = "Always";
  model::Step variable = step(action("B"));
  variable.Condition = "Variable";
  variable.Properties["Octopus.Step.ConditionVariableExpression"] = "#{Go}";
  variable.Actions.push_back(action("C"));
  const auto plan = make_plan({{}, {}, {}, 0, {always, variable}}, untenanted);
  CHECK(plan.Steps[0].RunCondition == Condition::Always);
  CHECK(plan.Steps[1].RunCondition == Condition::Variable);
  CHECK(plan.Steps[1].ConditionExpression == "#{Go}");
  CHECK(plan.Steps[1].Actions[1].Unit == 3);
  CHECK(action_number(plan.Steps[0], 0) == "1");
  CHECK(action_number(plan.Steps[1], 1) == "2.2");
}

}  // namespace
}  // namespace slipway::planning
