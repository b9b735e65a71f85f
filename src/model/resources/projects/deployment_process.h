// Deployment processes: the steps of a project and their actions, in the order in which they run. Plain values.
#pragma once

#include <boost/describe.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/schema.h"
#include "model/step_declaration.h"
#include "model/values.h"

namespace slipway::model {

struct PackageReference {
  std::string Id;
  std::string Name;               ///< "" = the action's primary package
  std::string PackageId, FeedId;  ///< may hold #{…}
  std::string AcquisitionLocation = "Server";
  std::optional<std::string> Version;
  std::optional<std::string> StepPackageInputsReferenceId;
  slipway::model::Properties Properties;
};
BOOST_DESCRIBE_STRUCT(PackageReference, (),
                      (Id, Name, PackageId, FeedId, AcquisitionLocation, Version, StepPackageInputsReferenceId,
                       Properties))

struct Action {
  std::string Id, Name, Slug, ActionType;
  bool IsDisabled = false;
  bool IsRequired = false;
  std::string Condition = "Success";  ///< Success or Variable
  std::optional<std::string> WorkerPoolId;
  std::vector<std::string> Environments, ExcludedEnvironments, Channels, TenantTags;
  std::vector<PackageReference> Packages;
  slipway::model::Properties Properties;
  json::value Inputs;  ///< of step packages; null = none
};
BOOST_DESCRIBE_STRUCT(Action, (),
                      (Id, Name, Slug, ActionType, IsDisabled, IsRequired, Condition, WorkerPoolId, Environments,
                       ExcludedEnvironments, Channels, TenantTags, Packages, Properties, Inputs))

struct Step {
  std::string Id, Name, Slug;
  std::string Condition = "Success";                ///< Success, Failure, Always or Variable
  std::string StartTrigger = "StartAfterPrevious";  ///< or StartWithPrevious
  slipway::model::Properties Properties;
  std::vector<Action> Actions;
};
BOOST_DESCRIBE_STRUCT(Step, (), (Id, Name, Slug, Condition, StartTrigger, Properties, Actions))

/// What a deployment of the project does. Exists as long as its project (id "deploymentprocess-Projects-1").
struct DeploymentProcess {
  static constexpr std::string_view type = "DeploymentProcess";
  std::string Id, SpaceId, ProjectId;
  std::int64_t Version = 0;
  std::vector<Step> Steps;
};
BOOST_DESCRIBE_STRUCT(DeploymentProcess, (), (Id, SpaceId, ProjectId, Version, Steps))

// The properties that hold the expression of a Condition that is Variable.
inline constexpr std::string_view kStepCondition = "Octopus.Step.ConditionVariableExpression";
inline constexpr std::string_view kActionCondition = "Octopus.Action.ConditionVariableExpression";

/// The packages that an action works with.
Field packages_field(const Field& feed);
/// The first name, ignoring case, that two of them have.
std::optional<std::string> package_named_twice(const json::object& action);

/// `steps`: those that actions are checked against.
Schema deployment_process_schema(const std::shared_ptr<const StepDeclarations>& steps);

}  // namespace slipway::model
