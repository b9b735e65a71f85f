#include "model/resources.h"

#include <fmt/format.h>

#include "model/account.h"
#include "model/channel.h"
#include "model/deployment_process.h"
#include "model/environment.h"
#include "model/feed.h"
#include "model/library_variable_set.h"
#include "model/lifecycle.h"
#include "model/machine_policy.h"
#include "model/project.h"
#include "model/project_group.h"
#include "model/retention_policy.h"
#include "model/space.h"
#include "model/tag_set.h"
#include "model/team.h"
#include "model/tenant.h"
#include "model/tenant_variables.h"
#include "model/user.h"
#include "model/user_role.h"
#include "model/variable_set.h"
#include "model/worker_pool.h"

namespace slipway::model {

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

Catalogue all_resources() {
  return Catalogue({
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
      deployment_process_schema(),
      variable_set_schema(),
      tenant_schema(),
      tenant_variables_schema(),
      account_schema(),
  });
}

}  // namespace slipway::model
