#include "model/resources/projects/action_properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/nearest.h"
#include "base/text.h"

namespace slipway::model {
namespace {

using enum PropertyKind;

constexpr std::array ecs_service = {
    ActionProperty{"Octopus.Action.Aws.Region", text},
    ActionProperty{"Octopus.Action.AwsAccount.Variable", text},
    ActionProperty{"Octopus.Action.AwsAccount.UseInstanceRole", flag},
    ActionProperty{"Slipway.Aws.AccountId", text},
    ActionProperty{"Octopus.Action.Aws.AssumeRole", flag},
    ActionProperty{"Octopus.Action.Aws.AssumedRoleArn", text},
    ActionProperty{"Octopus.Action.Aws.AssumeRoleExternalId", text},
    ActionProperty{"Octopus.Action.Aws.AssumedRoleSession", text},
    ActionProperty{"Octopus.Action.Aws.AssumeRoleSessionDurationSeconds", number},
    ActionProperty{"Slipway.Ecs.Cluster", text},
    ActionProperty{"Slipway.Ecs.Service", text},
    ActionProperty{"Slipway.Ecs.TaskFamily", text},
    ActionProperty{"Slipway.Ecs.Containers", list},
    ActionProperty{"Slipway.Ecs.ContainerChanges", list},
    ActionProperty{"Slipway.Ecs.TaskDefinition", document},
    ActionProperty{"Slipway.Ecs.CarryOver", flag},
    ActionProperty{"Slipway.Ecs.Volumes", list},
    ActionProperty{"Slipway.Ecs.ExecutionRole", text},
    ActionProperty{"Slipway.Ecs.TaskRole", text},
    ActionProperty{"Slipway.Ecs.Compatibilities", text},
    ActionProperty{"Slipway.Ecs.NetworkMode", text},
    ActionProperty{"Slipway.Ecs.Cpu", text},
    ActionProperty{"Slipway.Ecs.Memory", text},
    ActionProperty{"Slipway.Ecs.DesiredCount", number},
    ActionProperty{"Slipway.Ecs.MinimumHealthyPercent", number},
    ActionProperty{"Slipway.Ecs.MaximumPercent", number},
    ActionProperty{"Slipway.Ecs.ForceNewDeployment", flag},
    ActionProperty{"Slipway.Ecs.WhenBusy", text},
    ActionProperty{"Slipway.Ecs.TimeoutSeconds", number},
    ActionProperty{"Slipway.Ecs.MaximumFailedTasks", number},
    ActionProperty{"Slipway.Ecs.ProofTimeoutSeconds", number},
};

constexpr std::array action_types = {ecs_service_action, std::string_view("Slipway.NoOp")};

bool begins_ignoring_case(std::string_view text, std::string_view beginning) {
  return text.size() >= beginning.size() && equals_ignoring_case(text.substr(0, beginning.size()), beginning);
}

}  // namespace

std::span<const ActionProperty> ecs_service_properties() { return ecs_service; }

std::optional<std::string> why_unknown_type(std::string_view action_type) {
  if (std::find(action_types.begin(), action_types.end(), action_type) != action_types.end()) return std::nullopt;
  const std::string meant = did_you_mean(action_type, action_types);
  if (meant.empty() && !begins_ignoring_case(action_type, "Slipway.")) return std::nullopt;
  return fmt::format("'{}' is no type of action that this server runs.{}", action_type, meant);
}

std::optional<std::string> why_unknown_property(std::string_view action_type, std::string_view property) {
  std::vector<std::string_view> names;
  for (const ActionProperty& known : ecs_service) names.push_back(known.name);
  const bool is_ours =
      begins_ignoring_case(property, "Slipway.") || std::any_of(names.begin(), names.end(), [&](std::string_view name) {
        return begins_ignoring_case(name, "Slipway.") && letters_apart(property, name, 1) <= 1;
      });
  const bool is_aws = action_type == ecs_service_action && begins_ignoring_case(property, "Octopus.Action.Aws");
  if (!is_ours && !is_aws) return std::nullopt;
  if (std::find(names.begin(), names.end(), property) != names.end()) return std::nullopt;
  return fmt::format("{} is no property that this server reads.{}", property, did_you_mean(property, names));
}

std::optional<std::string> why_misplaced_property(std::string_view property) {
  if (!begins_ignoring_case(property, "Slipway.")) return std::nullopt;
  return fmt::format("{} is read of actions only; put it into an action's Properties.", property);
}

}  // namespace slipway::model
