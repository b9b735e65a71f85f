#include "steps/ecs_service/service.h"

#include <algorithm>

#include "cloud/task_definition.h"

namespace slipway::steps::ecs {
namespace {

// A revision that was registered a moment ago is among the newest few, unless others register at the same time.
constexpr int newest_looked_at = 5;

std::string text_of(const json::object& members, std::string_view name) {
  return std::string(json::text_at(members, name).value_or(""));
}

template <class F>
void each_deployment(const json::object& service, F visit) {
  const auto* deployments = json::array_at(service, "deployments");
  if (deployments == nullptr) return;
  for (const auto& item : *deployments) {
    if (const auto* deployment = item.if_object()) visit(*deployment);
  }
}

/// nullopt when there is no such service, or no such cluster.
std::optional<json::object> describe(const aws::Client& client, const std::string& cluster,
                                     const std::string& service) {
  try {
    auto described = aws::ecs::describe_services(client, cluster, {service});
    if (described.items.empty()) return std::nullopt;
    return std::move(described.items.front());
  } catch (const aws::AwsError& error) {
    if (error.aws_code() == "ClusterNotFoundException") return std::nullopt;
    throw;
  }
}

/// Whether the history of service deployments shows a rollout of that revision. Emulators keep none.
bool was_rolled_out(const aws::Client& client, const std::string& cluster, const std::string& service,
                    const std::string& task_definition, Time since) {
  std::vector<std::string> revisions;
  try {
    for (const auto& brief : aws::ecs::list_service_deployments(client, cluster, service, since)) {
      revisions.push_back(text_of(brief, "targetServiceRevisionArn"));
    }
  } catch (const aws::AwsError& error) {
    if (error.kind() != aws::FailureKind::client) throw;
    return false;
  }
  if (revisions.empty()) return false;
  const auto described = aws::ecs::describe_service_revisions(client, revisions);
  return std::any_of(described.items.begin(), described.items.end(), [&](const json::object& revision) {
    return text_of(revision, "taskDefinition") == task_definition;
  });
}

std::string arn_of(const json::object& definition) { return text_of(definition, "taskDefinitionArn"); }

}  // namespace

ServiceFacts facts_of(const json::object& service) {
  ServiceFacts facts;
  facts.Found = true;
  facts.Status = text_of(service, "status");
  facts.Arn = text_of(service, "serviceArn");
  facts.TaskDefinition = text_of(service, "taskDefinition");
  each_deployment(service, [&](const json::object& deployment) {
    if (text_of(deployment, "status") == "PRIMARY") facts.Deployment = text_of(deployment, "id");
  });
  if (const auto* configuration = json::object_at(service, "deploymentConfiguration")) {
    facts.DeploymentConfiguration = *configuration;
  }
  return facts;
}

ServiceFacts look_at_service(const aws::Client& client, const std::string& cluster, const std::string& service) {
  const auto described = describe(client, cluster, service);
  return described ? facts_of(*described) : ServiceFacts{};
}

std::optional<std::string> find_equal_revision(const aws::Client& client, const json::object& definition,
                                               const std::string& in_use) {
  const std::string wanted = aws::task_definition_hash(definition);
  const std::string family = text_of(definition, "family");
  for (const std::string& name : {in_use, family}) {
    if (name.empty()) continue;
    const auto found = aws::ecs::describe_task_definition(client, name);
    const bool active = found && text_of(found->definition, "status") != "INACTIVE";
    if (active && aws::task_definition_hash(found->definition) == wanted) return arn_of(found->definition);
  }
  return std::nullopt;
}

std::optional<std::string> find_registered(const aws::Client& client, const std::string& family,
                                           const std::string& token) {
  for (const auto& arn : aws::ecs::list_task_definitions(client, family, newest_looked_at)) {
    const auto found = aws::ecs::describe_task_definition(client, arn);
    if (!found) continue;
    const auto tag = found->tags.find(std::string(unit_tag));
    if (tag != found->tags.end() && tag->second == token) return arn;
  }
  return std::nullopt;
}

std::string register_revision(const aws::Client& client, const json::object& definition, const aws::ecs::Tags& tags) {
  json::object request = definition;
  json::array list;
  for (const auto& [key, value] : tags) list.push_back(json::object{{"key", key}, {"value", value}});
  request["tags"] = std::move(list);
  return arn_of(aws::ecs::register_task_definition(client, request));
}

std::optional<std::string> find_deployment(const aws::Client& client, const std::string& cluster,
                                           const std::string& service, const std::string& task_definition,
                                           const std::string& before, Time since) {
  std::optional<std::string> found;
  const auto described = describe(client, cluster, service);
  if (!described) return found;
  each_deployment(*described, [&](const json::object& deployment) {
    const std::string id = text_of(deployment, "id");
    if (id != before && text_of(deployment, "taskDefinition") == task_definition && !found) found = id;
  });
  if (!found && was_rolled_out(client, cluster, service, task_definition, since)) found = "";
  return found;
}

std::string tag_value(std::string_view text) {
  static constexpr std::string_view allowed = " +-=._:/@";
  std::string value;
  for (const char c : text) {
    const bool keep = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      allowed.find(c) != std::string_view::npos;
    value.push_back(keep ? c : '_');
  }
  return value.substr(0, 256);
}

}  // namespace slipway::steps::ecs
