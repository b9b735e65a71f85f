// For tests of the step without an engine: an action that deploys a service with one container.
#pragma once

#include "steps/scripted_context.h"

namespace slipway::steps {

struct EcsContext : ScriptedContext {
  EcsContext() {
    spec.name = "Deploy web";
    spec.properties = {{"Octopus.Action.Aws.Region", "eu-west-1"},
                       {"Octopus.Action.AwsAccount.Variable", "Account"},
                       {"Slipway.Ecs.Cluster", "prod"},
                       {"Slipway.Ecs.Service", "web"},
                       {"Slipway.Ecs.TaskFamily", "web"},
                       {"Slipway.Ecs.Containers", R"([{"name":"web","package":"web","logConfiguration":{"logDriver":
                         "awslogs","options":{"awslogs-group":"/ecs/web","awslogs-stream-prefix":"web",
                         "awslogs-region":"eu-west-1"}}}])"},
                       {"Slipway.Ecs.TimeoutSeconds", "60"}};
    spec.packages = {{"web", "111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop/web:2.0.0", "2.0.0",
                      "sha256:2222222222222222222222222222222222222222222222222222222222222222"}};
  }
};

}  // namespace slipway::steps
