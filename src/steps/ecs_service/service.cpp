#include "steps/ecs_service/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cloud/task_definition.h"

namespace slipway::steps::ecs {
namespace {

// Between two deployments of a service. AWS tells times in milliseconds.
constexpr Duration kAMoment = std::chrono::seconds(1);

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

/// The member of each item of a list, where it has one.
std::vector<std::string> texts_of(const json::object& members, std::string_view list, std::string_view name) {
  std::vector<std::string> texts;
  const auto* items = json::array_at(members, list);
  for (const auto& item : items == nullptr ? json::array{} : *items) {
    if (!item.is_object()) continue;
    if (auto text = text_of(item.get_object(), name); !text.empty()) texts.push_back(std::move(text));
  }
  return texts;
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

/// The first rollout of that revision in the history of service deployments. Emulators keep none.
std::optional<FoundDeployment> find_in_history(const aws::Client& client, const std::string& cluster,
                                               const std::string& service, const std::string& task_definition,
                                               Time since) {
  std::vector<json::object> briefs;  // newest first
  try {
    briefs = aws::ecs::list_service_deployments(client, cluster, service, since);
  } catch (const aws::AwsError& error) {
    if (error.kind() != aws::FailureKind::client) throw;
    return std::nullopt;
  }
  std::vector<std::string> revisions;
  for (const auto& brief : briefs) revisions.push_back(text_of(brief, "targetServiceRevisionArn"));
  std::set<std::string> of_ours;
  for (const auto& revision : aws::ecs::describe_service_revisions(client, revisions).items) {
    if (text_of(revision, "taskDefinition") == task_definition) of_ours.insert(text_of(revision, "serviceRevisionArn"));
  }
  const auto first = std::find_if(briefs.rbegin(), briefs.rend(), [&](const json::object& brief) {
    return of_ours.contains(text_of(brief, "targetServiceRevisionArn"));
  });
  if (first == briefs.rend()) return std::nullopt;
  return FoundDeployment{"", aws::ecs::time_at(*first, "createdAt")};
}

std::string arn_of(const json::object& definition) { return text_of(definition, "taskDefinitionArn"); }

}  // namespace

ServiceFacts facts_of(const json::object& service) {
  ServiceFacts facts;
  facts.Found = true;
  facts.Status = text_of(service, "status");
  facts.Arn = text_of(service, "serviceArn");
  facts.TaskDefinition = text_of(service, "taskDefinition");
  if (const auto desired = json::integer_at(service, "desiredCount")) facts.Desired = static_cast<int>(*desired);
  std::optional<Time> done_at;
  each_deployment(service, [&](const json::object& deployment) {
    ++facts.Deployments;
    const auto made_at = aws::ecs::time_at(deployment, "createdAt");
    if (text_of(deployment, "rolloutState") == "COMPLETED" && (facts.Done.empty() || made_at > done_at)) {
      facts.Done = text_of(deployment, "taskDefinition");
      done_at = made_at;
    }
    if (text_of(deployment, "status") != "PRIMARY") return;
    facts.Deployment = text_of(deployment, "id");
    facts.RolloutState = text_of(deployment, "rolloutState");
    facts.DeployedAt = made_at;
    facts.Rolling = text_of(deployment, "taskDefinition");
    facts.RunningTasks = static_cast<int>(json::integer_at(deployment, "runningCount").value_or(0));
    facts.FailedTasks = static_cast<int>(json::integer_at(deployment, "failedTasks").value_or(0));
  });
  if (const auto* events = json::array_at(service, "events"); events != nullptr && !events->empty()) {
    if (const auto* newest = events->front().if_object()) facts.LastEvent = text_of(*newest, "id");
  }
  if (const auto* configuration = json::object_at(service, "deploymentConfiguration")) {
    facts.DeploymentConfiguration = *configuration;
  }
  if (const auto* controller = json::object_at(service, "deploymentController")) {
    facts.Controller = text_of(*controller, "type");
  }
  facts.SchedulingStrategy = text_of(service, "schedulingStrategy");
  facts.LaunchType = text_of(service, "launchType");
  facts.CapacityProviders = texts_of(service, "capacityProviderStrategy", "capacityProvider");
  facts.BalancedContainers = texts_of(service, "loadBalancers", "containerName");
  const auto* network = json::object_at(service, "networkConfiguration");
  facts.HasNetwork = network != nullptr && !network->empty();
  facts.Running = static_cast<int>(json::integer_at(service, "runningCount").value_or(0));
  return facts;
}

ServiceFacts look_at_service(const aws::Client& client, const std::string& cluster, const std::string& service) {
  const auto described = describe(client, cluster, service);
  return described ? facts_of(*described) : ServiceFacts{};
}

std::optional<std::string> RevisionHashes::find(const std::string& arn) const {
  const auto hashes = hashes_.lock();
  const auto found = hashes->find(arn);
  return found == hashes->end() ? std::nullopt : std::optional(found->second);
}

void RevisionHashes::keep(const std::string& arn, std::string hash) {
  static constexpr std::size_t most = 20'000;  // some 4 MB
  const auto hashes = hashes_.lock();
  if (hashes->size() >= most) hashes->clear();
  hashes->insert_or_assign(arn, std::move(hash));
}

std::string family_of(std::string_view task_definition) {
  task_definition.remove_prefix(task_definition.rfind('/') + 1);
  return std::string(task_definition.substr(0, task_definition.find(':')));
}

Definition read_revision(const aws::Client& client, const std::string& arn) {
  if (arn.empty()) return {};
  const auto described = aws::ecs::describe_task_definition(client, arn);
  if (described) return carried(*described);
  fail(
      ErrorCode::invalid,
      fmt::format("The service's revision, {}, does not exist any more, so nothing of it can be carried over. Describe "
                  "the task definition in full, and set Slipway.Ecs.CarryOver to False.",
                  arn));
}

std::optional<std::string> find_equal_revision(const aws::Client& client, const Definition& definition,
                                               const std::string& in_use, RevisionHashes& hashes) {
  const std::string wanted = aws::task_definition_hash(definition.members);
  const auto is_equal = [&](const std::string& arn) {
    if (const auto known = hashes.find(arn); known && *known != wanted) return false;
    const auto found = aws::ecs::describe_task_definition(client, arn);
    if (!found) return false;
    std::string hash = aws::task_definition_hash(found->definition);
    const bool same =
        hash == wanted && text_of(found->definition, "status") != "INACTIVE" && carried(*found).tags == definition.tags;
    hashes.keep(arn, std::move(hash));
    return same;
  };
  const std::string family = text_of(definition.members, "family");
  if (family_of(in_use) == family && is_equal(in_use)) return in_use;
  std::optional<std::string> equal;
  int looked_at = 0;
  aws::ecs::each_task_definition(client, family, [&](const std::string& arn) {
    if (arn != in_use && is_equal(arn)) equal = arn;
    return !equal && ++looked_at < kMostRevisions;
  });
  return equal;
}

std::optional<std::string> find_registered(const aws::Client& client, const std::string& family,
                                           const std::string& token, Time since) {
  std::optional<std::string> registered;
  aws::ecs::each_task_definition(client, family, [&](const std::string& arn) {
    const auto found = aws::ecs::describe_task_definition(client, arn);
    if (!found) return true;
    const auto tag = found->tags.find(std::string(kUnitTag));
    if (tag != found->tags.end() && tag->second == token) registered = arn;
    const auto at = aws::ecs::time_at(found->definition, "registeredAt");
    return !registered && (!at || *at >= since);
  });
  return registered;
}

std::string register_revision(const aws::Client& client, const Definition& definition, const aws::ecs::Tags& ours) {
  json::object request = definition.members;
  aws::ecs::Tags tags = ours;
  tags.insert(definition.tags.begin(), definition.tags.end());
  json::array list;
  for (const auto& [key, value] : tags) list.push_back(json::object{{"key", key}, {"value", value}});
  request["tags"] = std::move(list);
  return arn_of(aws::ecs::register_task_definition(client, request));
}

Registration registration_of(const aws::Client& client, const std::string& task_definition) {
  const auto found = aws::ecs::describe_task_definition(client, task_definition);
  if (!found) return {};
  const auto unit = found->tags.find(std::string(kUnitTag));
  return {text_of(found->definition, "registeredBy"), unit == found->tags.end() ? "" : unit->second,
          aws::ecs::time_at(found->definition, "registeredAt")};
}

std::optional<FoundDeployment> find_deployment(const aws::Client& client, const std::string& cluster,
                                               const std::string& service, const std::string& task_definition,
                                               const ServiceFacts& before, Time since) {
  std::optional<FoundDeployment> found;
  const auto described = describe(client, cluster, service);
  if (!described) return found;
  each_deployment(*described, [&](const json::object& deployment) {
    const std::string id = text_of(deployment, "id");
    if (found || id == before.Deployment || text_of(deployment, "taskDefinition") != task_definition) return;
    found = FoundDeployment{id, aws::ecs::time_at(deployment, "createdAt")};
  });
  if (found) return found;
  if (before.DeployedAt) since = *before.DeployedAt + kAMoment;
  return find_in_history(client, cluster, service, task_definition, since);
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
