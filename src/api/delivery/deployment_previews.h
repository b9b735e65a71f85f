// What a deployment would do, where it may go, and what it asks for.
#pragma once

#include <string>

#include "base/json.h"
#include "base/time.h"
#include "language/templates/budget.h"
#include "model/step_declaration.h"
#include "planning/deployment_variables.h"
#include "storage/database.h"
#include "storage/releases.h"

namespace slipway::api {

/// What a deployment would be made of, as one snapshot of the database has it.
struct PlannedDeployment {
  planning::DeploymentContext context;
  planning::DeploymentVariables variables;
};

/// `environment` and `tenant` by id, slug or name; an empty `tenant` means none. Throws Error{not_found}.
PlannedDeployment plan_deployment(storage::Reader&, const storage::ReleaseRecord&, const std::string& environment,
                                  const std::string& tenant);

/// What previews of one request share: the step types, the time, and what all their templates may use together.
struct PreviewTools {
  const model::StepDeclarations& steps;
  Time now;
  language::Budget budget{language::kRequestLimits, language::time_of_this_thread};
};

/// Disabled steps come last, if at all. Evaluates templates, so not inside a transaction.
json::object preview_deployment(const PlannedDeployment&, PreviewTools&, bool include_disabled);

json::object deployment_template(storage::Reader&, const storage::ReleaseRecord&);

}  // namespace slipway::api
