// What the measured server holds, entered through its API.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "bench/subject.h"

namespace slipway::bench {

/// 1,000 projects, 10 environments, 200 tenants each connected to 20 projects × 3 environments. Returns the projects'
/// ids.
std::vector<std::string> enter_catalogue(Subject&);

/// One project that `tenants` tenants are connected to in `environments` environments, all open to every release, with
/// a process of one step and a release 1.0.0 of it.
struct Fleet {
  std::string project_id;
  std::vector<std::string> environments;  ///< names
  std::vector<std::string> tenants;       ///< names
};
struct FleetPlan {
  std::string name;
  int environments = 1;
  int tenants = 0;
  json::object action;  ///< the step's one action
  /// Tags of the n-th tenant; sets must exist.
  std::function<json::array(int)> tags = [](int) { return json::array(); };
  json::array variables = {};
};
Fleet enter_fleet(Subject&, const FleetPlan&);
/// A fleet whose one step does nothing.
Fleet enter_idle_fleet(Subject&, const std::string& name, int environments, int tenants);

/// One call that deploys the release to all tenants.
void deploy_to_all(Subject&, const Fleet&, const std::string& fleet_name, const std::string& environment);

/// How many tasks are in one of these states, "Queued,Executing".
std::int64_t count_tasks(Subject&, const std::string& states);
void await_all_ended(Subject&);

}  // namespace slipway::bench
