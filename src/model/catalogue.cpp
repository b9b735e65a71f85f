#include "model/catalogue.h"

#include <fmt/format.h>

#include "model/resources/delivery/lifecycle.h"
#include "model/resources/delivery/retention_policy.h"
#include "model/resources/infrastructure/account.h"
#include "model/resources/infrastructure/certificate.h"
#include "model/resources/infrastructure/deployment_target.h"
#include "model/resources/infrastructure/environment.h"
#include "model/resources/infrastructure/git_credential.h"
#include "model/resources/infrastructure/machine_policy.h"
#include "model/resources/infrastructure/worker.h"
#include "model/resources/infrastructure/worker_pool.h"
#include "model/resources/packages/feed.h"
#include "model/resources/people/team.h"
#include "model/resources/people/user.h"
#include "model/resources/people/user_role.h"
#include "model/resources/projects/action_template.h"
#include "model/resources/projects/channel.h"
#include "model/resources/projects/deployment_process.h"
#include "model/resources/projects/library_variable_set.h"
#include "model/resources/projects/project.h"
#include "model/resources/projects/project_group.h"
#include "model/resources/projects/variable_set.h"
#include "model/resources/server/rate_limiting_policy.h"
#include "model/resources/spaces/space.h"
#include "model/resources/tenants/tag_set.h"
#include "model/resources/tenants/tenant.h"
#include "model/resources/tenants/tenant_variables.h"

namespace slipway::model {

Catalogue::Catalogue(std::vector<Schema> schemas, std::shared_ptr<const StepDeclarations> steps)
    : schemas_(std::move(schemas)), steps_(steps ? std::move(steps) : std::make_shared<const StepDeclarations>()) {
  for (const Schema& schema : schemas_) forms_.push_back(model::form_of(schema));
}

const Schema* Catalogue::find(std::string_view type) const {
  for (const Schema& schema : schemas_) {
    if (schema.type == type) return &schema;
  }
  return nullptr;
}

const Schema& Catalogue::get(std::string_view type) const {
  if (const Schema* schema = find(type)) return *schema;
  fail(ErrorCode::internal, fmt::format("There is no resource type '{}'.", type));
}

Form Catalogue::form_of(std::string_view type) const {
  const Schema* schema = find(type);
  return schema == nullptr ? Form() : forms_[static_cast<std::size_t>(schema - schemas_.data())];
}

Catalogue all_resources(StepDeclarations declared) {
  const auto steps = std::make_shared<const StepDeclarations>(std::move(declared));
  return Catalogue(
      {
          user_schema(),
          user_role_schema(),
          team_schema(),
          space_schema(),
          environment_schema(),
          lifecycle_schema(),
          retention_policy_schema(),
          project_group_schema(),
          tag_set_schema(),
          worker_pool_schema(),
          machine_policy_schema(),
          feed_schema(),
          library_variable_set_schema(),
          project_schema(),
          channel_schema(),
          deployment_process_schema(steps),
          variable_set_schema(),
          tenant_schema(),
          tenant_variables_schema(),
          account_schema(),
          certificate_schema(),
          git_credential_schema(),
          deployment_target_schema(),
          worker_schema(),
          action_template_schema(),
          rate_limiting_policy_schema(),
      },
      steps);
}

}  // namespace slipway::model
