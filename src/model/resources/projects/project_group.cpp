#include "model/resources/projects/project_group.h"

namespace slipway::model {

Schema project_group_schema() {
  return {
      .type = "ProjectGroup",
      .collection = "projectgroups",
      .id_prefix = "ProjectGroups",
      .fields = {name_field(), slug_field(), description_field(), references("EnvironmentIds", {"Environment"}),
                 text("RetentionPolicyId").nullable()},
      .links = {{"Projects", "<self>/projects"}},
      .link_name = "ProjectGroups",
      .permissions = permissions_of("ProjectGroup"),
  };
}

}  // namespace slipway::model
