// Everything that a deployment's plan and variables are made of, gathered so that planning stays pure (OBJ-5: what is
// frozen with the release, and what is live at each deployment). views/deployment_context.h reads it from storage.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/resources/infrastructure/environment.h"
#include "model/resources/people/user.h"
#include "model/resources/projects/channel.h"
#include "model/resources/projects/deployment_process.h"
#include "model/resources/projects/library_variable_set.h"
#include "model/resources/projects/project.h"
#include "model/resources/projects/project_group.h"
#include "model/resources/projects/variable_set.h"
#include "model/resources/spaces/space.h"
#include "model/resources/tenants/tenant.h"
#include "model/resources/tenants/tenant_variables.h"
#include "planning/deployment_options.h"
#include "planning/package_selection.h"

namespace slipway::planning {

/// The frozen part, shared by all deployments of a release.
struct FrozenRelease {
  model::DeploymentProcess process;
  model::VariableSet project_variables;
  std::vector<model::VariableSet> library_variables;  ///< in the order in which the project includes them
};

/// Empty where there is none.
struct ReleaseName {
  std::string id, version;
};

struct ReleaseFacts {
  std::string id, version;
  std::string notes;
  Time assembled{};
  std::vector<SelectedPackage> packages;
  std::map<std::string, std::string> custom_fields;
  std::string git_ref, git_commit;  ///< "" where it was made without
  ReleaseName previous;             ///< the project's that was made before it
};

struct DeploymentFacts {
  std::string id, name;
  DeploymentOptions options;
  std::string task, task_name;
  Time created{};
  std::map<std::string, model::Value>
      form_values;                           ///< prompted variable's id → value or secret (owner: the deployment)
  std::vector<std::string> skipped_actions;  ///< ids
  ReleaseName current_release;               ///< what runs there now (RLB-2)
  ReleaseName previous_release;              ///< the other release that ran there last
  std::string previous_successful;           ///< id of the last deployment there that succeeded
  Time queued{};                             ///< not to start before
  std::optional<Time> queue_expiry;          ///< not to start after
  std::string concurrency_tag;               ///< TSK-2
};

struct DeploymentContext {
  std::shared_ptr<const FrozenRelease> frozen;
  ReleaseFacts release;
  DeploymentFacts deployment;
  model::Space space;
  model::Project project;
  model::ProjectGroup project_group;
  model::Channel channel;
  model::Environment environment;
  std::optional<model::Tenant> tenant;
  model::TenantVariables tenant_variables;           ///< empty without a tenant
  std::vector<model::LibraryVariableSet> libraries;  ///< that the project includes now, for their templates
  model::User created_by;
  std::string server_uri;  ///< address of this server as people reach it, "" if not known
};

}  // namespace slipway::planning
