#include "model/resources/delivery/retention_policy.h"

namespace slipway::model {
namespace {

Changes retention_policy_hook(const Edit& edit, const Lookup&, Problems&) {
  if (edit.is_deletion()) return {};
  if (edit.after->at("Strategy") == "Forever") (*edit.after)["QuantityToKeep"] = 0;
  return {};
}

}  // namespace

Schema retention_policy_schema() {
  return {
      .type = "RetentionPolicy",
      .collection = "retentionpolicies",
      .id_prefix = "RetentionPolicies",
      .fields = {name_field().keeps(), choice("RetentionType", kRetentionTypes).fixed(),
                 choice("Strategy", {"Forever", "Count"}), integer("QuantityToKeep"),
                 choice("Unit", {"Days", "Items"})},
      .verbs = {.list = false, .create = false, .remove = false},
      .permissions = permissions_of("Lifecycle"),
      .hook = retention_policy_hook,
  };
}

}  // namespace slipway::model
