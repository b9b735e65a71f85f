// Create deployments: one for each environment, or for each tenant in one environment, all in one write (TEN-3). Either
// all that was asked for is queued, or nothing is and every obstacle is named.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands/context.h"
#include "planning/deployment_options.h"
#include "planning/tenant_selection.h"
#include "storage/releases.h"
#include "views/release_progress.h"

namespace slipway::commands {

struct DeploymentRequest {
  std::string project;                           ///< id, slug or name; may stay empty when `release` is an id
  std::string release;                           ///< version, or id
  std::vector<std::string> environments;         ///< names, slugs or ids
  std::optional<planning::TenantQuery> tenants;  ///< nullopt: untenanted
  std::vector<std::string> skip_steps;           ///< names, slugs or ids
  std::map<std::string, std::string> variables;  ///< prompted variable's name, id or label → value (VAR-7)
  std::optional<bool> guided_failure;            ///< nullopt: as project and environment say
  std::optional<bool> priority;                  ///< nullopt: as the lifecycle's phase says
  /// What runs and what waits for the same tenant, project and environment is canceled, so that this comes next.
  bool cancel_active = false;
  std::vector<std::string> specific_machines, excluded_machines;
  planning::DeploymentOptions options;
  bool update_variables = false;  ///< refresh the release's variables first (REL-4)
};

struct CreatedDeployments {
  std::vector<storage::DeploymentRecord> deployments;
  std::vector<planning::SkippedTenant> skipped;  ///< matched by tag or `*`, but not deployable now (TEN-4)
};

/// Throws Error{invalid} with a sentence for each obstacle: unknown names, closed phases, tenant rules, missing values.
CreatedDeployments create_deployments(storage::Txn&, WriteContext&, const DeploymentRequest&);

/// Queues the deployments that a release's lifecycle makes by itself (LIF-5, LIF-8). What can't be deployed without a
/// person, or is on its way already, is left out with an audit entry that says why.
std::vector<storage::DeploymentRecord> deploy_automatically(storage::Txn&, WriteContext&, const storage::ReleaseRecord&,
                                                            const std::vector<views::AutomaticTarget>&);

}  // namespace slipway::commands
