#include "model/resources/infrastructure/worker_pool.h"

namespace slipway::model {
namespace {

bool is_default(const json::object& pool) { return json::flag_at(pool, "IsDefault").value_or(false); }

/// Exactly one pool of a space is its default.
Changes pool_hook(const Edit& edit, const Lookup& lookup, Problems& problems) {
  if (edit.is_deletion()) {
    if (is_default(*edit.before))
      problems.add("The default worker pool can't be deleted; make another pool the default first.");
    return {};
  }
  Changes changes;
  if (!is_default(*edit.after)) {
    if (!edit.is_creation() && is_default(*edit.before) && !edit.user.empty()) {
      problems.add("IsDefault: a space has exactly one default worker pool; make another pool the default instead.");
    }
    return changes;
  }
  for (const json::object& other : lookup.list("WorkerPool", json::text_at(*edit.after, "SpaceId").value_or(""))) {
    if (other.at("Id") != edit.after->at("Id") && is_default(other)) {
      changes.update.push_back({{"Id", other.at("Id")}, {"IsDefault", false}});
    }
  }
  return changes;
}

}  // namespace

Schema worker_pool_schema() {
  return {
      .type = "WorkerPool",
      .collection = "workerpools",
      .id_prefix = "WorkerPools",
      .discriminator = "WorkerPoolType",
      .fields = {choice("WorkerPoolType", {"StaticWorkerPool", "DynamicWorkerPool"}).fixed(), name_field(),
                 slug_field(), description_field(), flag("IsDefault"), integer("SortOrder").keeps()},
      .kinds = {{"StaticWorkerPool", {flag("CanAddWorkers", true).server_set()}},
                {"DynamicWorkerPool", {flag("CanAddWorkers").server_set(), text("WorkerType")}}},
      .order = Order::by_sort_order,
      .links = {{"Workers", "<self>/workers{?skip,take}"}},
      .list_template = "{?name,skip,ids,take,partialName}",
      .link_name = "WorkerPools",
      .permissions = {"WorkerView", "WorkerEdit", "WorkerEdit", "WorkerEdit"},
      .hook = pool_hook,
  };
}

}  // namespace slipway::model
