#include "model/resources/infrastructure/worker.h"

#include <fmt/format.h>

#include "base/describe.h"
#include "model/resources/infrastructure/endpoint.h"

namespace slipway::model {
namespace {

/// The machines of a dynamic pool come and go by themselves.
void check_pools(const json::object& worker, const Lookup& lookup, Problems& problems) {
  for (const json::value& id : worker.at("WorkerPoolIds").as_array()) {
    const auto pool = lookup.find(json::view(id.as_string()));
    if (!pool || json::text_at(*pool, "WorkerPoolType") != "DynamicWorkerPool") continue;
    problems.add(fmt::format("WorkerPoolIds: '{}' is a dynamic pool, which takes no workers; name static ones.",
                             json::view(id.as_string())));
  }
}

Changes worker_hook(const Edit& edit, const Lookup& lookup, Problems& problems) {
  if (edit.is_deletion()) return {};
  check_pools(*edit.after, lookup, problems);
  complete_machine(*edit.after, lookup);
  return {};
}

}  // namespace

Schema worker_schema() {
  return {
      .type = "Worker",
      .collection = "workers",
      .id_prefix = "Workers",
      .fields = machine_fields({references("WorkerPoolIds", {"WorkerPool"}).required()}),
      .nestings = {{"WorkerPool", "WorkerPoolIds", "workers", Nesting::Shape::list},
                   {"MachinePolicy", "MachinePolicyId", "workers", Nesting::Shape::list}},
      .derived = {connection_of_machine()},
      .value_lists = {{"workers/operatingsystem/names/all", "OperatingSystem", "Operating systems of workers.",
                       "WorkerOperatingSystems"},
                      {"workers/operatingsystem/shells/all", "ShellName", "Shells of workers.", "WorkerShells"}},
      .present = with_endpoint_warning,
      .filters = {{"isDisabled", "IsDisabled"},
                  {"healthStatuses", "HealthStatus"},
                  {"commStyles", "Endpoint.CommunicationStyle"},
                  {"workerPoolIds", "WorkerPoolIds"},
                  {"thumbprint", "Thumbprint"},
                  {"shellNames", "ShellName"}},
      .links = {{"Connection", "<self>/connection"}, {"TasksTemplate", "<self>/tasks{?skip,take}"}},
      .list_template =
          "{?skip,take,name,ids,partialName,isDisabled,healthStatuses,commStyles,workerPoolIds,thumbprint,"
          "shellNames}",
      .link_name = "Workers",
      .permissions = {"WorkerView", "WorkerEdit", "WorkerEdit", "WorkerEdit"},
      .hook = worker_hook,
      .no_effect = "No worker runs steps yet, and none is checked: steps run on the server.",
  };
}

}  // namespace slipway::model
