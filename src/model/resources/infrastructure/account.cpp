#include "model/resources/infrastructure/account.h"

#include "model/aws_region.h"

namespace slipway::model {
namespace {

std::vector<Field> oidc(std::vector<Field> own) {
  for (const char* name : {"DeploymentSubjectKeys", "HealthCheckSubjectKeys", "AccountTestSubjectKeys"})
    own.push_back(texts(name));
  own.push_back(text("Audience").nullable());
  own.push_back(anything("CustomClaims").omitted_when_null());
  return own;
}

json::value usages(const json::object& account, const Lookup& lookup) {
  json::array sets, targets;
  for (const auto& use : lookup.uses(json::text_at(account, "Id").value_or(""), 1000)) {
    if (use.type == "DeploymentTarget") targets.push_back(json::object{{"Id", use.id}});
    if (use.type == "VariableSet") sets.push_back(json::object{{"Id", use.id}});
  }
  return json::object{{"DeploymentProcesses", json::array()},   {"LibraryVariableSets", json::array()},
                      {"ProjectVariableSets", std::move(sets)}, {"Releases", json::array()},
                      {"RunbookProcesses", json::array()},      {"RunbookSnapshots", json::array()},
                      {"Targets", std::move(targets)}};
}

}  // namespace

Schema account_schema() {
  return {
      .type = "Account",
      .collection = "accounts",
      .id_prefix = "Accounts",
      .discriminator = "AccountType",
      .fields = {text("AccountType").required().fixed(), name_field(), slug_field(), description_field(),
                 references("EnvironmentIds", {"Environment"}), references("TenantIds", {"Tenant"}), tags("TenantTags"),
                 choice("TenantedDeploymentParticipation", {"Untenanted", "TenantedOrUntenanted", "Tenanted"}),
                 warnings_field()},
      .kinds =
          {
              {"AmazonWebServicesAccount",
               {text("AccessKey").required().as_name(), secret("SecretKey").required(),
                text("Region").nullable().as_name()}},
              {"AmazonWebServicesRoleAccount",
               {text("RoleArn").nullable().as_name(), text("SessionDuration").nullable(),
                text("Region").nullable().as_name()}},
              {"AmazonWebServicesOidcAccount",
               oidc({text("RoleArn").required().as_name(), text("SessionDuration").nullable(),
                     text("Region").nullable().as_name()})},
              {"UsernamePassword", {text("Username"), secret("Password")}},
              {"SshKeyPair",
               {text("Username").required(), secret("PrivateKeyFile").required(), secret("PrivateKeyPassphrase")}},
              {"Token", {secret("Token").required()}},
              {"GoogleCloudAccount", {secret("JsonKey").required()}},
              {"AzureServicePrincipal",
               {text("SubscriptionNumber").required(), text("ClientId").required(), text("TenantId").required(),
                secret("Password"), text("AzureEnvironment"), text("ActiveDirectoryEndpointBaseUri"),
                text("ResourceManagementEndpointBaseUri")}},
              {"AzureOidc",
               oidc({text("SubscriptionNumber"), text("ClientId"), text("TenantId"), text("AzureEnvironment"),
                     text("ActiveDirectoryEndpointBaseUri"), text("ResourceManagementEndpointBaseUri")})},
              {"AzureSubscription",
               {text("SubscriptionNumber").required(), secret("CertificateBytes"), text("CertificateThumbprint"),
                text("AzureEnvironment"), text("ServiceManagementEndpointBaseUri"),
                text("ServiceManagementEndpointSuffix")}},
              {"GenericOidcAccount", oidc({})},
              {"None", {}},
          },
      .derived = {{"usages", "Where the account is used.", usages}},
      .present = with_region_warning,
      .filters = {{"accountType", "AccountType"}},
      .links = {{"Usages", "<self>/usages"}},
      .list_template = "{?skip,take,ids,partialName,accountType}",
      .link_name = "Accounts",
      .permissions = permissions_of("Account"),
  };
}

}  // namespace slipway::model
