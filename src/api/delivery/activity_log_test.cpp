#include "api/delivery/activity_log.h"

#include <doctest/doctest.h>

namespace slipway::api {
namespace {

using planning::Condition;
using storage::UnitState;

storage::TaskRecord task(storage::TaskState state) {
  storage::TaskRecord t;
  t.id = "ServerTasks-1";
  t.description = "Deploy Web";
  t.state = state;
  return t;
}

planning::PlannedAction action(int unit, std::string name) {
  planning::PlannedAction a;
  a.Unit = unit;
  a.Name = std::move(name);
  if (unit == 0) a.SkipReason = "It excludes this environment.";
  return a;
}

planning::PlannedStep step(int number, std::vector<planning::PlannedAction> actions) {
  planning::PlannedStep s;
  s.Number = number;
  s.Name = actions.front().Name;
  s.Actions = std::move(actions);
  return s;
}

storage::UnitRecord unit(int number, UnitState state, std::string result = "") {
  storage::UnitRecord u;
  u.task = "ServerTasks-1";
  u.number = number;
  u.state = state;
  u.outcome = R"({"Result":")" + result + R"("})";
  if (state == UnitState::done) u.ended = from_micros(5);
  return u;
}

std::string status_of_step(const ActivityInput& input, std::size_t step) {
  const json::object root = activity_tree(input);
  return std::string(json::view(root.at("Children").as_array().at(step).as_object().at("Status").as_string()));
}

TEST_CASE("a step's status follows from its actions and from whether the task goes on") {
  const planning::Plan plan{{step(1, {action(1, "A"), action(2, "B")}), step(2, {action(0, "C")})}};
  const auto running = task(storage::TaskState::Executing);
  const auto failed = task(storage::TaskState::Failed);
  CHECK(status_of_step({running, plan, {}, {}}, 0) == "Pending");
  CHECK(status_of_step({running, plan, {unit(1, UnitState::running)}, {}}, 0) == "Running");
  CHECK(status_of_step({running, plan, {unit(1, UnitState::done, "Success")}, {}}, 0) == "Running");
  CHECK(status_of_step(
            {running, plan, {unit(1, UnitState::done, "Success"), unit(2, UnitState::done, "SuccessWithWarning")}, {}},
            0) == "SuccessWithWarning");
  CHECK(status_of_step({failed, plan, {unit(1, UnitState::done, "Failed")}, {}}, 0) == "Failed");
  CHECK(status_of_step({failed, plan, {}, {}}, 0) == "Skipped");
  CHECK(status_of_step({running, plan, {}, {}}, 1) == "Skipped");
}

TEST_CASE("a step of one action has its lines under 'Slipway', one of several under each action's name") {
  const planning::Plan plan{{step(1, {action(1, "A")}), step(2, {action(2, "B"), action(3, "C")})}};
  const auto running = task(storage::TaskState::Executing);
  const ActivityInput input{running, plan, {}, {{7, 2, "Info", from_micros(1), "hello"}}};
  const json::object root = activity_tree(input);
  const auto child = [&](std::size_t step, std::size_t index) {
    return root.at("Children").as_array().at(step).as_object().at("Children").as_array().at(index).as_object();
  };
  CHECK(child(0, 0).at("Name") == json::value("Slipway"));
  CHECK(child(1, 0).at("Name") == json::value("B"));
  CHECK(child(1, 0).at("LogElements").as_array().at(0).as_object().at("Number") == json::value(7));
  CHECK(child(1, 0).at("Unit") == json::value(2));
  CHECK(root.at("Unit") == json::value(0));
  CHECK(root.at("Children").as_array().at(0).as_object().at("Unit").is_null());
  CHECK(child(1, 1).at("Id") == json::value("ServerTasks-1/step-2/2"));
}

TEST_CASE("progress counts the units that have ended, and an ended task is complete") {
  const planning::Plan plan{{step(1, {action(1, "A")}), step(2, {action(2, "B")}), step(3, {action(0, "C")})}};
  const auto running = task(storage::TaskState::Executing);
  const auto ended = task(storage::TaskState::Canceled);
  CHECK(progress_percentage({running, plan, {unit(1, UnitState::done, "Success"), unit(2, UnitState::running)}, {}}) ==
        50);
  CHECK(progress_percentage({running, {}, {}, {}}) == 0);
  CHECK(progress_percentage({ended, plan, {}, {}}) == 100);
}

TEST_CASE("the raw log tells the task's end and indents each line under its node") {
  auto failed = task(storage::TaskState::Failed);
  failed.error = "The step \"A\" failed.";
  const planning::Plan plan{{step(1, {action(1, "A")})}};
  const std::string text = raw_log(
      {failed, plan, {unit(1, UnitState::done, "Failed")}, {{1, 1, "Error", from_micros(0), "no such cluster"}}});
  CHECK(text.find("Task status:    Failed\n") != std::string::npos);
  CHECK(text.find("Error:          The step \"A\" failed.\n") != std::string::npos);
  CHECK(text.find("1970-01-01 00:00:00   Error    |       no such cluster\n") != std::string::npos);
}

}  // namespace
}  // namespace slipway::api
