// Projects: what gets released and deployed, and how its next release gets its version. Plain values.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "model/resources/projects/variable_template.h"
#include "model/schema.h"

namespace slipway::model {

/// May a project's releases be deployed with a tenant? (TEN-1)
enum class TenantedMode { Untenanted, TenantedOrUntenanted, Tenanted };
BOOST_DESCRIBE_ENUM(TenantedMode, Untenanted, TenantedOrUntenanted, Tenanted)

/// Names one package of the process: an action by name, its package reference by name ("" = the primary one).
struct ActionPackage {
  std::string DeploymentAction, PackageReference;
};
BOOST_DESCRIBE_STRUCT(ActionPackage, (), (DeploymentAction, PackageReference))

/// How the next release gets its version (REL-3 ff): by a template or by a package's version.
struct VersioningStrategy {
  std::optional<std::string> Template;
  std::optional<ActionPackage> DonorPackage;
};
BOOST_DESCRIBE_STRUCT(VersioningStrategy, (), (Template, DonorPackage))

/// What gets released and deployed. Its process, variables and channels are documents of their own.
struct Project {
  static constexpr std::string_view type = "Project";
  std::string Id, SpaceId, Name, Slug, Description;
  std::string ProjectGroupId, LifecycleId, DeploymentProcessId, VariableSetId;
  bool IsDisabled = false;
  TenantedMode TenantedDeploymentMode = TenantedMode::Untenanted;
  std::string DefaultGuidedFailureMode = "EnvironmentDefault";
  slipway::model::VersioningStrategy VersioningStrategy;
  std::optional<std::string> ReleaseNotesTemplate;
  std::vector<std::string> IncludedLibraryVariableSetIds;
  std::vector<VariableTemplate> Templates;
};
BOOST_DESCRIBE_STRUCT(Project, (),
                      (Id, SpaceId, Name, Slug, Description, ProjectGroupId, LifecycleId, DeploymentProcessId,
                       VariableSetId, IsDisabled, TenantedDeploymentMode, DefaultGuidedFailureMode, VersioningStrategy,
                       ReleaseNotesTemplate, IncludedLibraryVariableSetIds, Templates))

/// With the view `deploymentsettings`.
Schema project_schema();

}  // namespace slipway::model
