#include "steps/ecs_service/inputs.h"

#include <fmt/format.h>

#include "base/text.h"
#include "model/resources/projects/action_properties.h"
#include "steps/ecs_service/definition_input.h"

namespace slipway::steps::ecs {
namespace {

/// Also processes that were saved before a property was checked then.
void check_names(const ActionSpec& action, Problems& problems) {
  for (const auto& [name, value] : action.properties) {
    if (auto why = model::why_unknown_property(model::ecs_service_action, name)) problems.add(std::move(*why));
  }
}

WhenBusy read_when_busy(const StepContext& ctx, Problems& problems) {
  constexpr std::string_view name = "Slipway.Ecs.WhenBusy";
  const auto text = read_property(ctx, name, problems);
  if (!text) return WhenBusy::Wait;
  for (const auto choice : {WhenBusy::Wait, WhenBusy::Refuse, WhenBusy::Supersede}) {
    if (equals_ignoring_case(*text, json::name_of(choice))) return choice;
  }
  problems.add(fmt::format("{} must be Wait, Refuse or Supersede, not {}.", name, show_property(ctx, name, *text)));
  return WhenBusy::Wait;
}

}  // namespace

Inputs read_inputs(const StepContext& ctx) {
  Problems problems;
  check_names(ctx.action(), problems);
  const auto number = [&](std::string_view name, int least, int most) {
    return read_number_property(ctx, name, least, most, problems);
  };
  const auto seconds = [&](std::string_view name, int most, int otherwise) {
    return std::chrono::seconds(number(name, 1, most).value_or(otherwise));
  };
  Inputs inputs;
  inputs.login = read_aws_login(ctx, problems);
  inputs.target = read_target(ctx, inputs.login, problems);
  inputs.definition = read_definition(ctx, problems);
  inputs.desired_count = number("Slipway.Ecs.DesiredCount", 0, 5000);
  inputs.minimum_healthy_percent = number("Slipway.Ecs.MinimumHealthyPercent", 0, 100);
  inputs.maximum_percent = number("Slipway.Ecs.MaximumPercent", 100, 200);
  inputs.force_new_deployment = read_flag_property(ctx, "Slipway.Ecs.ForceNewDeployment", problems);
  inputs.when_busy = read_when_busy(ctx, problems);
  constexpr int day = 86'400;
  inputs.timeout = seconds("Slipway.Ecs.TimeoutSeconds", 7 * day, 1800);
  inputs.proof_timeout = seconds("Slipway.Ecs.ProofTimeoutSeconds", day, 300);
  inputs.most_failed_tasks = number("Slipway.Ecs.MaximumFailedTasks", 0, 10'000);
  problems.throw_if_any(fmt::format("The step \"{}\" can't run: its inputs have {} problem(s).", ctx.action().name,
                                    problems.list().size()));
  return inputs;
}

}  // namespace slipway::steps::ecs
