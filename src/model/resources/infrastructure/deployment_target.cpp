#include "model/resources/infrastructure/deployment_target.h"

#include "model/resources/infrastructure/endpoint.h"

namespace slipway::model {
namespace {

Changes target_hook(const Edit& edit, const Lookup& lookup, Problems&) {
  if (!edit.is_deletion()) complete_machine(*edit.after, lookup);
  return {};
}

}  // namespace

Schema deployment_target_schema() {
  return {
      .type = "DeploymentTarget",
      .collection = "machines",
      .id_prefix = "Machines",
      .fields = machine_fields(
          {references("EnvironmentIds", {"Environment"}).required(), texts("Roles").required(),
           references("TenantIds", {"Tenant"}), tags("TenantTags"),
           choice("TenantedDeploymentParticipation", {"Untenanted", "TenantedOrUntenanted", "Tenanted"})}),
      .nestings = {{"Environment", "EnvironmentIds", "machines", Nesting::Shape::list},
                   {"MachinePolicy", "MachinePolicyId", "machines", Nesting::Shape::list}},
      .derived = {connection_of_machine()},
      .value_lists = {{"machineroles/all", "Roles", "The roles that deployment targets have.", "MachineRoles"},
                      {"machines/operatingsystem/names/all", "OperatingSystem", "Operating systems of targets.",
                       "MachineOperatingSystems"},
                      {"machines/operatingsystem/shells/all", "ShellName", "Shells of targets.", "MachineShells"}},
      .present = with_endpoint_warning,
      .filters = {{"roles", "Roles"},
                  {"isDisabled", "IsDisabled"},
                  {"healthStatuses", "HealthStatus"},
                  {"commStyles", "Endpoint.CommunicationStyle"},
                  {"deploymentTargetTypes", "Endpoint.DeploymentTargetTypeId"},
                  {"tenantIds", "TenantIds"},
                  {"tenantTags", "TenantTags"},
                  {"environmentIds", "EnvironmentIds"},
                  {"thumbprint", "Thumbprint"},
                  {"shellNames", "ShellName"}},
      .links = {{"Connection", "<self>/connection"}, {"TasksTemplate", "<self>/tasks{?skip,take}"}},
      .list_template =
          "{?skip,take,name,ids,partialName,roles,isDisabled,healthStatuses,commStyles,tenantIds,"
          "tenantTags,environmentIds,thumbprint,shellNames,deploymentTargetTypes}",
      .link_name = "Machines",
      .permissions = permissions_of("Machine"),
      .hook = target_hook,
      .no_effect = "Nothing is deployed to a target yet, and none is checked: steps run on the server.",
  };
}

}  // namespace slipway::model
