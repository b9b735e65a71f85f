#include "model/resources/people/user_role.h"

#include <fmt/format.h>

#include <string_view>

#include "base/text.h"

namespace slipway::model {
namespace {

struct BuiltIn {
  std::string_view id, name, description;
  std::string_view space, system;  ///< permissions, with blanks between
};

constexpr BuiltIn kBuiltIn[] = {
    {"systemadministrator", "System Administrator", "Can do everything on the server.", "", "AdministerSystem"},
    {"systemmanager", "System Manager", "Manages spaces, users and teams.", "TeamCreate TeamEdit TeamDelete TeamView",
     "SpaceCreate SpaceEdit SpaceDelete SpaceView UserView UserInvite UserEdit UserRoleView TeamCreate "
     "TeamEdit TeamDelete TeamView EventView TaskView"},
    {"spacemanager", "Space Manager", "Can do everything in a space.",
     "AccountCreate AccountEdit AccountDelete AccountView EnvironmentCreate EnvironmentEdit EnvironmentDelete "
     "EnvironmentView FeedEdit FeedView LibraryVariableSetCreate LibraryVariableSetEdit LibraryVariableSetDelete "
     "LibraryVariableSetView LifecycleCreate LifecycleEdit LifecycleDelete LifecycleView ProjectCreate ProjectEdit "
     "ProjectDelete ProjectView ProjectGroupCreate ProjectGroupEdit ProjectGroupDelete ProjectGroupView ProcessEdit "
     "ProcessView VariableEdit VariableView ReleaseCreate ReleaseEdit ReleaseDelete ReleaseView DefectReport "
     "DefectResolve DeploymentCreate DeploymentView TaskCancel TaskView TenantCreate TenantEdit "
     "TenantDelete TenantView TagSetCreate TagSetEdit TagSetDelete TeamEdit TeamView WorkerEdit WorkerView EventView "
     "MachinePolicyCreate MachinePolicyEdit MachinePolicyDelete MachinePolicyView BuiltInFeedPush "
     "ActionTemplateCreate ActionTemplateEdit ActionTemplateDelete ActionTemplateView ArtifactView CertificateCreate "
     "CertificateEdit CertificateDelete CertificateExportPrivateKey CertificateView DeploymentFreezeView "
     "GitCredentialEdit GitCredentialView MachineCreate MachineEdit MachineDelete MachineView ProxyView RunbookRunView "
     "RunbookView SubscriptionView TriggerView",
     ""},
    {"projectviewer", "Project Viewer", "Sees projects and what runs where.",
     "ProjectView ProjectGroupView ProcessView VariableView ReleaseView DeploymentView TaskView EnvironmentView "
     "LifecycleView TenantView FeedView EventView AccountView ActionTemplateView CertificateView MachinePolicyView",
     ""},
    {"projectcontributor", "Project Contributor", "Edits the process and variables of projects.",
     "ProjectView ProjectEdit ProcessView ProcessEdit VariableView VariableEdit ReleaseView DeploymentView TaskView "
     "EnvironmentView LifecycleView TenantView FeedView EventView AccountView ActionTemplateCreate ActionTemplateEdit "
     "ActionTemplateDelete ActionTemplateView CertificateView GitCredentialView MachinePolicyView MachineView",
     ""},
    {"projectinitiator", "Project Initiator", "Creates projects.",
     "ProjectCreate ProjectEdit ProjectView ProjectGroupView ProcessEdit ProcessView VariableEdit VariableView "
     "LifecycleView EnvironmentView FeedView ActionTemplateView CertificateView GitCredentialView MachinePolicyView",
     ""},
    {"projectdeployer", "Project Deployer", "Contributes to projects and deploys their releases.",
     "ProjectView ProjectEdit ProcessView ProcessEdit VariableView VariableEdit ReleaseView DeploymentCreate "
     "DeploymentView DefectReport DefectResolve TaskCancel TaskView EnvironmentView LifecycleView TenantView FeedView "
     "EventView",
     ""},
    {"projectlead", "Project Lead", "Contributes to projects and creates their releases.",
     "ProjectView ProjectEdit ProcessView ProcessEdit VariableView VariableEdit ReleaseCreate ReleaseEdit ReleaseView "
     "DefectReport DefectResolve DeploymentView TaskView EnvironmentView LifecycleView TenantView FeedView EventView",
     ""},
    {"releasecreator", "Release Creator", "Creates releases.", "ReleaseCreate ReleaseView ProjectView FeedView", ""},
    {"deploymentcreator", "Deployment Creator", "Deploys releases.",
     "DeploymentCreate DeploymentView ReleaseView ProjectView EnvironmentView TenantView TaskView", ""},
    {"environmentviewer", "Environment Viewer", "Sees environments and what belongs to them.",
     "EnvironmentView LifecycleView AccountView CertificateView MachinePolicyView MachineView WorkerView", ""},
    {"environmentmanager", "Environment Manager", "Manages environments and accounts.",
     "EnvironmentCreate EnvironmentEdit EnvironmentDelete EnvironmentView AccountCreate AccountEdit AccountDelete "
     "AccountView CertificateView MachineCreate MachineEdit MachineDelete MachineView MachinePolicyCreate "
     "MachinePolicyEdit MachinePolicyDelete MachinePolicyView WorkerEdit WorkerView",
     ""},
    {"certificatemanager", "Certificate Manager", "Manages certificates and hands out their private keys.",
     "CertificateCreate CertificateEdit CertificateDelete CertificateExportPrivateKey CertificateView EnvironmentView "
     "TenantView",
     ""},
    {"tenantmanager", "Tenant Manager", "Manages tenants and tag sets.",
     "TenantCreate TenantEdit TenantDelete TenantView TagSetCreate TagSetEdit TagSetDelete VariableView VariableEdit",
     ""},
};

json::array list_of(std::string_view words) {
  json::array list;
  for (const std::string_view word : split(words, ' ')) {
    if (!word.empty()) list.emplace_back(word);
  }
  return list;
}

}  // namespace

Schema user_role_schema() {
  return {
      .type = "UserRole",
      .collection = "userroles",
      .id_prefix = "UserRoles",
      .scope = Scope::system,
      .fields = {name_field(), description_field(), texts("GrantedSpacePermissions"), texts("GrantedSystemPermissions"),
                 texts("SpacePermissionDescriptions"), texts("SystemPermissionDescriptions"),
                 texts("SupportedRestrictions"), flag("CanBeDeleted").server_set()},
      .verbs = {.create = false, .update = false, .remove = false},
      .link_name = "UserRoles",
      .permissions = permissions_of("UserRole"),
  };
}

std::vector<json::object> built_in_user_roles() {
  std::vector<json::object> roles;
  for (const auto& [id, name, description, space, system] : kBuiltIn) {
    roles.push_back({{"Id", fmt::format("userroles-{}", id)},
                     {"Name", name},
                     {"Description", description},
                     {"GrantedSpacePermissions", list_of(space)},
                     {"GrantedSystemPermissions", list_of(system)},
                     {"CanBeDeleted", false}});
  }
  return roles;
}

}  // namespace slipway::model
