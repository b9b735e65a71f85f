// What the ECS service step is told: evaluated, checked, and complete.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "steps/aws_login.h"
#include "steps/ecs_service/definition.h"
#include "steps/ecs_service/target.h"

namespace slipway::steps::ecs {

/// What to do when somebody else's rollout of the service is under way.
enum class WhenBusy { Wait, Refuse, Supersede };
BOOST_DESCRIBE_ENUM(WhenBusy, Wait, Refuse, Supersede)

struct Inputs {
  AwsLogin login;
  Target target;
  WantedDefinition definition;
  std::optional<int> desired_count;
  std::optional<int> minimum_healthy_percent;
  std::optional<int> maximum_percent;
  bool force_new_deployment = false;
  WhenBusy when_busy = WhenBusy::Wait;
  Duration timeout{};        ///< for the rollout as a whole
  Duration proof_timeout{};  ///< for a rollout that calls itself done
  std::optional<int> most_failed_tasks;
};

/// Reads and evaluates the action's properties (`Slipway.Ecs.…`, docs/ecs-step.md). Throws Error{invalid} whose details
/// list every problem at once (ECS-12).
Inputs read_inputs(const StepContext&);

}  // namespace slipway::steps::ecs
