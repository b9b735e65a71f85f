#include "steps/ecs_service/inputs.h"

#include "steps/ecs_service/declaration.h"
#include "steps/ecs_service/definition_input.h"

namespace slipway::steps::ecs {

Inputs read_inputs(const StepContext& ctx) {
  InputReader read(ctx, declaration());
  Inputs inputs;
  inputs.login = read_aws_login(read);
  inputs.target = read_target(read, inputs.login);
  inputs.definition = read_definition(read);
  inputs.desired_count = read.number("Slipway.Ecs.DesiredCount");
  inputs.minimum_healthy_percent = read.number("Slipway.Ecs.MinimumHealthyPercent");
  inputs.maximum_percent = read.number("Slipway.Ecs.MaximumPercent");
  inputs.force_new_deployment = read.flag("Slipway.Ecs.ForceNewDeployment");
  inputs.when_busy = read.choice<WhenBusy>("Slipway.Ecs.WhenBusy");
  inputs.timeout = read.seconds("Slipway.Ecs.TimeoutSeconds");
  inputs.proof_timeout = read.seconds("Slipway.Ecs.ProofTimeoutSeconds");
  inputs.most_failed_tasks = read.number("Slipway.Ecs.MaximumFailedTasks");
  read.finish();
  return inputs;
}

}  // namespace slipway::steps::ecs
