// The plan of a deployment: which action runs as which unit of work, or why it is skipped. Made once, by pure code,
// when a task is claimed; stored by content, so deployments of one release to tenants that are planned alike share it.
// Holds steps, skip reasons and snapshot ids, never resolved values.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

namespace slipway::planning {

/// When a step may start, as the process says it (PRC-6, PRC-8).
enum class Condition { Success, Failure, Always, Variable };
BOOST_DESCRIBE_ENUM(Condition, Success, Failure, Always, Variable)

struct PlannedAction {
  int Unit = 0;  ///< number of its unit of work, from 1; 0 when skipped
  std::string ActionId;
  std::string Name;
  std::string ActionType;
  Condition RunCondition = Condition::Success;
  std::string ConditionExpression;  ///< with Condition::Variable
  std::string SkipReason;           ///< why it has no unit, a sentence; "" when it runs
};
BOOST_DESCRIBE_STRUCT(PlannedAction, (),
                      (Unit, ActionId, Name, ActionType, RunCondition, ConditionExpression, SkipReason))

/// One step. Its actions run one after the other; steps of one Group run side by side (start trigger).
struct PlannedStep {
  int Number = 0;  ///< as shown to people, from 1
  int Group = 0;   ///< groups run in ascending order
  std::string StepId;
  std::string Name;
  Condition RunCondition = Condition::Success;
  std::string ConditionExpression;
  std::vector<PlannedAction> Actions;
};
BOOST_DESCRIBE_STRUCT(PlannedStep, (), (Number, Group, StepId, Name, RunCondition, ConditionExpression, Actions))

struct Plan {
  std::vector<PlannedStep> Steps;
  std::vector<std::string> Warnings = {};  ///< for the head of the task's log
};
BOOST_DESCRIBE_STRUCT(Plan, (), (Steps, Warnings))

}  // namespace slipway::planning
