#include "model/resources/infrastructure/machine_policy.h"

namespace slipway::model {
namespace {

/// A member of one choice, which clients refuse to be without.
json::object one(std::string_view name, std::string_view value) { return {{name, value}}; }

json::object health_check() {
  return {{"HealthCheckType", "RunScript"},
          {"HealthCheckInterval", "1.00:00:00"},
          {"HealthCheckCron", nullptr},
          {"HealthCheckCronTimezone", "UTC"},
          {"PowerShellHealthCheckPolicy", json::object{{"RunType", "InheritFromDefault"}, {"ScriptBody", nullptr}}},
          {"BashHealthCheckPolicy", json::object{{"RunType", "InheritFromDefault"}, {"ScriptBody", nullptr}}}};
}

json::object updates() {
  return {{"CalamariUpdateBehavior", "UpdateOnDeployment"},
          {"TentacleUpdateBehavior", "NeverUpdate"},
          {"TentacleUpdateAccountId", nullptr},
          {"KubernetesAgentUpdateBehavior", "NeverUpdate"}};
}

json::object package_cache() {
  return {{"Strategy", "Default"},
          {"QuantityOfPackagesToKeep", 0},
          {"PackageUnit", "Items"},
          {"QuantityOfVersionsToKeep", 0},
          {"VersionUnit", "Items"}};
}

Changes machine_policy_hook(const Edit& edit, const Lookup&, Problems& problems) {
  if (edit.is_deletion() && json::flag_at(*edit.before, "IsDefault").value_or(false)) {
    problems.add("The default machine policy can't be deleted: targets without one of their own follow it.");
  }
  return {};
}

}  // namespace

Schema machine_policy_schema() {
  return {
      .type = "MachinePolicy",
      .collection = "machinepolicies",
      .id_prefix = "MachinePolicies",
      .fields = {name_field(), description_field(), flag("IsDefault").server_set(),
                 text("ConnectionConnectTimeout").otherwise("00:01:00"), integer("ConnectionRetryCountLimit", 5),
                 text("ConnectionRetrySleepInterval").otherwise("00:00:01"),
                 text("ConnectionRetryTimeLimit").otherwise("00:05:00"),
                 text("PollingRequestQueueTimeout").otherwise("00:02:00"),
                 text("PollingRequestMaximumMessageProcessingTimeout").otherwise("00:10:00"),
                 anything("MachineHealthCheckPolicy", health_check()),
                 anything("MachineConnectivityPolicy", one("MachineConnectivityBehavior", "ExpectedToBeOnline")),
                 anything("MachineCleanupPolicy", json::object{{"DeleteMachinesBehavior", "DoNotDelete"},
                                                               {"DeleteMachinesElapsedTimeSpan", nullptr}}),
                 anything("MachineUpdatePolicy", updates()),
                 anything("MachinePackageCacheRetentionPolicy", package_cache())},
      .link_name = "MachinePolicies",
      .permissions = permissions_of("MachinePolicy"),
      .hook = machine_policy_hook,
      .no_effect = "No target or worker is looked after yet, so that none of this is done.",
  };
}

}  // namespace slipway::model
