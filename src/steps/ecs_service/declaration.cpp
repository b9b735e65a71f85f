#include "steps/ecs_service/declaration.h"

#include <algorithm>
#include <iterator>

#include "steps/aws_login.h"

namespace slipway::steps::ecs {
namespace {

using namespace model;

constexpr int kDay = 86'400;

/// The new form of a service's ARN names its cluster. Where a variable stands, it may become one.
bool may_name_cluster(const GivenInputs& given) {
  const auto service = given.find("Slipway.Ecs.Service");
  if (service == given.end()) return false;
  const auto& value = service->second.value;
  return !value || (value->starts_with("arn:") && std::count(value->begin(), value->end(), '/') == 2);
}

std::vector<StepInput> target_inputs() {
  return {
      text_input("Slipway.Ecs.Cluster", "where to deploy; it must exist")
          .required_unless("the ECS cluster's name or ARN", "the service's ARN names it", may_name_cluster),
      text_input("Slipway.Ecs.Service", "where to deploy; it must exist").required("the ECS service's name or ARN"),
  };
}

std::vector<StepInput> definition_inputs() {
  const auto kept = [](const StepInput& input) { return input.left_out("as they run"); };
  return {
      text_input("Slipway.Ecs.TaskFamily", "family of the task definition").left_out("that of the revision that runs"),
      json_list_input("Slipway.Ecs.ContainerChanges", "changes to containers that run, see below")
          .left_out("something of the task definition is required"),
      json_list_input("Slipway.Ecs.Containers", "container definitions: **all** containers of the task, see below"),
      json_object_input("Slipway.Ecs.TaskDefinition", "any members of a task definition, see below"),
      flag_input("Slipway.Ecs.CarryOver", "`False`: what is not given is not taken from the revision that runs", true),
      kept(json_list_input("Slipway.Ecs.Volumes", "volumes, as AWS spells them; `[]` for none")),
      kept(text_input("Slipway.Ecs.ExecutionRole", "a role of the service's account")),
      kept(text_input("Slipway.Ecs.TaskRole", "a role of the service's account")),
      kept(text_input("Slipway.Ecs.Compatibilities", "`EC2`, `FARGATE` …, comma-separated")),
      kept(text_input("Slipway.Ecs.NetworkMode", "of the task")),
      kept(text_input("Slipway.Ecs.Cpu", "of the task")),
      kept(text_input("Slipway.Ecs.Memory", "of the task")),
  };
}

std::vector<StepInput> rollout_inputs() {
  return {
      number_input("Slipway.Ecs.DesiredCount", 0, 5000,
                   "tasks; leave it out where autoscaling decides; a DAEMON has none")
          .left_out("unchanged"),
      number_input("Slipway.Ecs.MinimumHealthyPercent", 0, 100, "of the rollout").left_out("unchanged"),
      number_input("Slipway.Ecs.MaximumPercent", 100, 200, "of the rollout").left_out("unchanged"),
      flag_input("Slipway.Ecs.ForceNewDeployment", "`True`: roll over even when nothing changed"),
      number_input("Slipway.Ecs.TimeoutSeconds", 1, 7 * kDay,
                   "for the whole rollout; past it the service is rolled back")
          .otherwise("1800"),
      number_input(
          "Slipway.Ecs.MaximumFailedTasks", 0, 10'000,
          "how many tasks may fail one after the other, without more running than before, until the rollout is "
          "given up; 0: any number. Where the service has a circuit breaker, those that it counts itself are "
          "left to it")
          .left_out("what the breaker would allow by default: half of the tasks, 3 to 200"),
      choice_input("Slipway.Ecs.WhenBusy", {"Wait", "Refuse", "Supersede"},
                   "what to do when somebody else's rollout of the service is under way: `Wait` for its end, at most "
                   "`TimeoutSeconds`; `Refuse`; or `Supersede` it"),
      number_input("Slipway.Ecs.ProofTimeoutSeconds", 1, kDay,
                   "how long a rollout that calls itself done may stay without proof")
          .otherwise("300"),
  };
}

StepDeclaration declare() {
  StepDeclaration step{
      .type = "Slipway.EcsService",
      .name = "Deploy an Amazon ECS service",
      .category = "Aws",
      .description = "Registers a task definition, updates the service, and proves that it runs.",
      .inputs = aws_login_inputs(),
      .namespaces = aws_login_namespaces(),
      .nothing_given =
          "Nothing is to be deployed: give Slipway.Ecs.ContainerChanges to change containers that run, "
          "Slipway.Ecs.Containers to describe all of them, or Slipway.Ecs.TaskDefinition.",
  };
  step.namespaces.emplace_back("Slipway.Ecs.");
  for (auto group : {target_inputs(), definition_inputs(), rollout_inputs()}) {
    std::move(group.begin(), group.end(), std::back_inserter(step.inputs));
  }
  for (const StepInput& input : definition_inputs()) {
    const bool describes = input.kind != InputKind::Flag && input.name != "Slipway.Ecs.TaskFamily";
    if (describes) step.at_least_one_of.push_back(input.name);
  }
  return step;
}

}  // namespace

const StepDeclaration& declaration() {
  static const StepDeclaration declared = declare();
  return declared;
}

}  // namespace slipway::steps::ecs
