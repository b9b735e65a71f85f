#include "shop.h"

#include <fmt/format.h>

namespace slipway::simulate {
namespace {

std::string text(const json::value& document, std::string_view member) {
  return std::string(json::text_at(document.get_object(), member).value_or(""));
}

std::string first_id(Node& node, const std::string& path) {
  return text(node.call("GET", path).get_array().at(0), "Id");
}

json::value sensitive(std::string_view value) { return json::object{{"HasValue", true}, {"NewValue", value}}; }

constexpr std::string_view kContainers = R"([{"name":"web","package":"web","essential":true,
  "memoryReservation":"#{mem_soft_limit}","portMappings":[{"containerPort":80,"hostPort":0,"protocol":"tcp"}],
  "environment":[{"name":"RELEASE","value":"#{Octopus.Release.Number}"}]}])";

json::object process_steps(const std::string& feed, std::string_view region) {
  const json::object properties{{"Octopus.Action.AwsAccount.Variable", "Hub"},
                                {"Octopus.Action.Aws.Region", region},
                                {"Octopus.Action.Aws.AssumeRole", "True"},
                                {"Octopus.Action.Aws.AssumedRoleArn", "#{RoleArn}"},
                                {"Octopus.Action.Aws.AssumeRoleExternalId", "#{ExternalId}"},
                                {"Slipway.Ecs.Cluster", "prod"},
                                {"Slipway.Ecs.Service", "web"},
                                {"Slipway.Ecs.TaskFamily", "web"},
                                {"Slipway.Ecs.Containers", kContainers}};
  const json::object package{
      {"Name", "web"}, {"PackageId", "shop/web"}, {"FeedId", feed}, {"AcquisitionLocation", "NotAcquired"}};
  const json::object action{{"Name", "Deploy web"},
                            {"ActionType", "Slipway.EcsService"},
                            {"Properties", properties},
                            {"Packages", json::array{package}}};
  return {{"Steps", json::array{json::object{{"Name", "Deploy web"}, {"Actions", json::array{action}}}}}};
}

json::value parameter(std::string_view name) {
  return json::object{{"Name", name}, {"DefaultValue", ""}, {"DisplaySettings", json::object{}}};
}

/// A tenant with a value for each of the project's parameters.
void add_tenant(Node& node, const std::string& project, const std::string& environment, const std::string& name,
                const std::string& role, const std::string& external_id) {
  const json::array environments{json::value(environment)};
  const auto tenant =
      node.call("POST", "/api/Spaces-1/tenants",
                json::object{{"Name", name}, {"ProjectEnvironments", json::object{{project, environments}}}});
  const std::string path = fmt::format("/api/Spaces-1/tenants/{}/variables", text(tenant, "Id"));
  json::value variables = node.call("GET", path);
  auto& own = variables.at("ProjectVariables").at(project).as_object();
  json::object values;
  for (const auto& template_ : own.at("Templates").as_array()) {
    values[text(template_, "Id")] = text(template_, "Name") == "RoleArn" ? role : external_id;
  }
  own["Variables"] = json::object{{environment, values}};
  node.call("POST", path, variables);
}

}  // namespace

Shop set_up_shop(Node& node, const json::object& scenario) {
  Shop shop;
  const auto region = json::text_at(scenario, "region").value_or("");
  const auto& accounts = scenario.at("accounts").as_array();
  const auto& key = accounts.at(0).at("accessKeys").at(0);
  const std::string space = "/api/Spaces-1/";
  const auto environment = text(node.call("POST", space + "environments", json::object{{"Name", "Production"}}), "Id");
  const auto account = text(node.call("POST", space + "accounts",
                                      json::object{{"Name", "Hub"},
                                                   {"AccountType", "AmazonWebServicesAccount"},
                                                   {"AccessKey", text(key, "accessKeyId")},
                                                   {"SecretKey", sensitive(text(key, "secretAccessKey"))}}),
                            "Id");
  const auto feed = text(node.call("POST", space + "feeds",
                                   json::object{{"Name", "Hub registry"},
                                                {"FeedType", "AwsElasticContainerRegistry"},
                                                {"AccessKey", text(key, "accessKeyId")},
                                                {"SecretKey", sensitive(text(key, "secretAccessKey"))},
                                                {"Region", region}}),
                         "Id");
  const auto project =
      node.call("POST", space + "projects",
                json::object{{"Name", "Shop"},
                             {"LifecycleId", first_id(node, space + "lifecycles/all")},
                             {"ProjectGroupId", first_id(node, space + "projectgroups/all")},
                             {"TenantedDeploymentMode", "Tenanted"},
                             {"Templates", json::array{parameter("RoleArn"), parameter("ExternalId")}}});
  shop.project = text(project, "Id");
  node.call("PUT", space + "projects/" + shop.project + "/deploymentprocesses", process_steps(feed, region));
  node.call(
      "PUT", space + "variables/" + text(project, "VariableSetId"),
      json::object{{"Variables",
                    json::array{json::object{{"Name", "Hub"}, {"Type", "AmazonWebServicesAccount"}, {"Value", account}},
                                json::object{{"Name", "mem_soft_limit"}, {"Value", "128"}}}}});
  for (std::size_t i = 1; i < accounts.size(); ++i) {
    const auto& role = accounts.at(i).at("roles").at(0);
    const std::string number = text(accounts.at(i), "id");
    shop.accounts.push_back(number);
    shop.tenants.push_back("Client " + number);
    add_tenant(node, shop.project, environment, shop.tenants.back(),
               fmt::format("arn:aws:iam::{}:role/{}", number, text(role, "name")), text(role, "externalId"));
  }
  return shop;
}

void create_release(Node& node, const Shop&, const std::string& version) {
  node.call("POST", "/api/Spaces-1/releases/create/v1",
            json::object{{"projectName", "Shop"}, {"releaseVersion", version}, {"packageVersion", version}});
}

std::vector<std::string> deploy(Node& node, const Shop& shop, const std::string& version) {
  json::array tenants;
  for (const auto& tenant : shop.tenants) tenants.emplace_back(std::string_view(tenant));
  const auto answer = node.call("POST", "/api/Spaces-1/deployments/create/tenanted/v1",
                                json::object{{"projectName", "Shop"},
                                             {"releaseVersion", version},
                                             {"environmentName", "Production"},
                                             {"tenants", std::move(tenants)}});
  std::vector<std::string> tasks;
  for (const auto& created : answer.at("DeploymentServerTasks").as_array())
    tasks.push_back(text(created, "ServerTaskId"));
  return tasks;
}

}  // namespace slipway::simulate
