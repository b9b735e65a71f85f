#include "model/resources/infrastructure/endpoint.h"

#include <fmt/format.h>

#include "model/aws_region.h"

namespace slipway::model {
namespace {

Field pool() { return reference("DefaultWorkerPoolId", {"WorkerPool"}); }
Field account() { return reference("AccountId", {"Account"}); }

/// How one reaches what may stand behind a proxy. Proxies are not kept, so that none can be named.
Field proxy() { return text("ProxyId").nullable(); }

std::vector<Field> tentacle() {
  return {text("Uri").required().as_name(), text("Thumbprint").required().as_name(), proxy(),
          text("CertificateSignatureAlgorithm"),
          object("TentacleVersionDetails",
                 {text("Version"), flag("UpgradeLocked"), flag("UpgradeSuggested"), flag("UpgradeRequired")})};
}

/// How older servers keep ECS clusters.
std::vector<Field> step_package() {
  return {text("DeploymentTargetTypeId"),
          text("StepPackageId"),
          text("StepPackageVersion"),
          text("LastSavedStepPackageVersion"),
          pool(),
          anything("Inputs")};
}

std::vector<Field> ecs_cluster() {
  return {text("ClusterName").required().as_name(),
          text("Region").required().as_name(),
          account(),
          flag("UseInstanceRole"),
          flag("AssumeRole"),
          text("AssumedRoleArn"),
          text("AssumedRoleSession"),
          integer("AssumeRoleSessionDurationSeconds").nullable(),
          text("AssumeRoleExternalId"),
          pool()};
}

std::vector<Field> offline_drop() {
  return {object("Destination", {choice("DestinationType", {"Artifact", "FileSystem"}), text("DropFolderPath")}),
          secret("SensitiveVariablesEncryptionPassword"), text("ApplicationsDirectory"),
          text("OctopusWorkingDirectory")};
}

std::vector<Field> ssh() {
  return {account(), text("Host").required().as_name(), integer("Port", 22), text("Fingerprint"), text("Uri"),
          proxy(),   text("DotNetCorePlatform")};
}

std::vector<Field> kubernetes() {
  // SkipTlsVerification is a text for clients, "True" or "False".
  return {text("ClusterUrl").required().as_name(),
          text("ClusterCertificate"),
          text("ClusterCertificatePath"),
          text("Namespace"),
          text("SkipTlsVerification"),
          object("Container", {text("Image").nullable(), reference("FeedId", {"Feed"})}),
          text("ContainerOptions"),
          flag("RunningInContainer"),
          proxy(),
          pool(),
          object_of_kinds("Authentication", {text("AuthenticationType").otherwise("None")},
                          {{"None", {}},
                           {"KubernetesStandard", {account()}},
                           {"KubernetesAws", {account()}},
                           {"KubernetesAzure", {account()}},
                           {"KubernetesGoogleCloud", {account()}},
                           {"KubernetesCertificate", {reference("ClientCertificate", {"Certificate"})}},
                           {"KubernetesPodService", {}}})};
}

std::vector<Field> kubernetes_agent() {
  return {object("TentacleEndpointConfiguration",
                 {choice("CommunicationMode", {"Polling", "Listening"}), text("Uri"), text("Thumbprint")}),
          anything("KubernetesAgentDetails").omitted_when_null(), flag("UpgradeLocked"), text("DefaultNamespace")};
}

Field endpoint() {
  return object_of_kinds("Endpoint", {text("CommunicationStyle").required()},
                         {{"None", {pool()}},
                          {"AwsEcsCluster", ecs_cluster()},
                          {"StepPackage", step_package()},
                          {"OfflineDrop", offline_drop()},
                          {"Ssh", ssh()},
                          {"TentaclePassive", tentacle()},
                          {"TentacleActive", tentacle()},
                          {"Kubernetes", kubernetes()},
                          {"KubernetesTentacle", kubernetes_agent()}})
      .required();
}

/// "" where the space has none.
std::string default_policy(const json::object& machine, const Lookup& lookup) {
  for (const json::object& policy : lookup.list("MachinePolicy", json::text_at(machine, "SpaceId").value_or(""))) {
    if (json::flag_at(policy, "IsDefault").value_or(false))
      return std::string(json::text_at(policy, "Id").value_or(""));
  }
  return "";
}

json::value connection(const json::object& machine, const Lookup&) {
  return json::object{{"MachineId", json::text_at(machine, "Id").value_or("")},
                      {"Status", json::text_at(machine, "Status").value_or("")},
                      {"Logs", json::array()},
                      {"CurrentTentacleVersion", ""},
                      {"LastChecked", nullptr},
                      {"Links", json::object()}};
}

}  // namespace

std::vector<Field> machine_fields(std::vector<Field> own) {
  std::vector<Field> fields{name_field(), slug_field(), endpoint()};
  fields.insert(fields.end(), own.begin(), own.end());
  const std::vector<Field> rest{
      reference("MachinePolicyId", {"MachinePolicy"}),
      flag("IsDisabled"),
      text("Thumbprint").as_name().unique(),
      text("Uri").as_name(),
      flag("SkipInitialHealthCheck"),
      choice("HealthStatus", {"Unknown", "Healthy", "HasWarnings", "Unhealthy", "Unavailable"}).server_set(),
      choice("Status", {"Unknown", "Online", "Offline", "NeedsUpgrade", "CalamariNeedsUpgrade", "Disabled"})
          .server_set(),
      text("StatusSummary").otherwise("It was not checked: steps run on the server.").server_set(),
      flag("HasLatestCalamari").server_set(),
      flag("IsInProcess").server_set(),
      text("OperatingSystem").otherwise("Unknown").server_set(),
      text("ShellName").otherwise("Unknown").server_set(),
      text("ShellVersion").otherwise("Unknown").server_set(),
      text("Architecture").otherwise("Unknown").server_set(),
      warnings_field()};
  fields.insert(fields.end(), rest.begin(), rest.end());
  return fields;
}

json::object with_endpoint_warning(json::object machine, const Lookup&) {
  const json::object* endpoint = json::object_at(machine, "Endpoint");
  const auto why = why_doubtful_region(endpoint == nullptr ? "" : json::text_at(*endpoint, "Region").value_or(""));
  if (why) machine["Warnings"] = json::array{json::value(fmt::format("Endpoint.Region: {}", *why))};
  return machine;
}

void complete_machine(json::object& machine, const Lookup& lookup) {
  if (machine.at("MachinePolicyId").is_null()) {
    if (const std::string id = default_policy(machine, lookup); !id.empty()) machine["MachinePolicyId"] = id;
  }
  machine["Status"] = json::flag_at(machine, "IsDisabled").value_or(false) ? "Disabled" : "Unknown";
  const json::object* endpoint = json::object_at(machine, "Endpoint");
  for (const char* name : {"Thumbprint", "Uri"}) {
    const std::string text(endpoint == nullptr ? "" : json::text_at(*endpoint, name).value_or(""));
    if (!text.empty()) machine[name] = text;
  }
}

Derived connection_of_machine() {
  return {"connection", "What was found when it was last tried to reach it.", connection};
}

}  // namespace slipway::model
