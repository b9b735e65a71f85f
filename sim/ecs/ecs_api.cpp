#include "sim/ecs/ecs_api.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/ecs/ecs_json.h"
#include "sim/ecs/ecs_lookup.h"
#include "sim/ecs/ecs_services.h"

namespace slipway::sim {
namespace {

json::object missing(std::string_view arn) { return {{"arn", arn}, {"reason", "MISSING"}}; }

/// An ARN as given, or one made of the kind of resource and its name.
std::string as_arn(const Place& place, std::string_view kind, const std::string& name) {
  return name.starts_with("arn:") ? name : ecs_arn(place, fmt::format("{}/{}", kind, name));
}

bool includes(const json::object& input, std::string_view what) {
  const std::vector<std::string> included = texts(input, "include");
  return std::find(included.begin(), included.end(), what) != included.end();
}

json::array tags_of(const Region& region, const std::string& arn) {
  const auto tags = region.tags.find(arn);
  return tags == region.tags.end() ? json::array{} : show(tags->second);
}

// Clusters

json::object create_cluster(Call& call) {
  const std::string name = text_or(call.input, "clusterName", "default");
  Cluster& cluster = call.region.clusters[name];
  cluster.name = name;
  cluster.arn = ecs_arn(call.region.place, "cluster/" + name);
  const Tags tags = read_tags(call.input);
  if (!tags.empty()) call.region.tags[cluster.arn] = tags;
  return {{"cluster", show(cluster)}};
}

json::object describe_clusters(Call& call) {
  std::vector<std::string> names = texts(call.input, "clusters");
  if (names.empty()) names = {"default"};
  json::array clusters, failures;
  for (const std::string& name : names) {
    const auto cluster = find_named(call.view.clusters, name);
    if (cluster == call.view.clusters.end()) {
      failures.push_back(missing(as_arn(call.view.place, "cluster", name)));
    } else {
      clusters.push_back(show(cluster->second));
    }
  }
  return {{"clusters", std::move(clusters)}, {"failures", std::move(failures)}};
}

json::object list_clusters(Call& call) {
  std::vector<json::value> arns;
  for (const auto& [name, cluster] : call.view.clusters) arns.emplace_back(std::string_view(cluster.arn));
  return page("clusterArns", arns, call.input, 100, 100);
}

// Task definitions

json::object register_task_definition(Call& call) {
  const TaskDefinition& definition = sim::register_task_definition(call.region, call.input, call.caller.arn, call.now);
  json::object out{{"taskDefinition", show(definition)}};
  if (call.region.tags.contains(definition.arn)) out["tags"] = tags_of(call.region, definition.arn);
  return out;
}

json::object describe_task_definition(Call& call) {
  const TaskDefinition& definition = task_definition_named(call.view, required_text(call.input, "taskDefinition"));
  json::object out{{"taskDefinition", show(definition)}};
  if (includes(call.input, "TAGS")) out["tags"] = tags_of(call.view, definition.arn);
  return out;
}

json::object list_task_definitions(Call& call) {
  const std::string family = text_or(call.input, "familyPrefix");  // despite its name, the exact family
  const bool active = text_or(call.input, "status", "ACTIVE") == "ACTIVE";
  std::vector<json::value> arns;
  for (const auto& [name, revisions] : call.view.families) {
    if (!family.empty() && name != family) continue;
    for (const auto& [number, definition] : revisions.revisions) {
      if (definition.active == active) arns.emplace_back(std::string_view(definition.arn));
    }
  }
  if (text_or(call.input, "sort", "ASC") == "DESC") std::reverse(arns.begin(), arns.end());
  return page("taskDefinitionArns", arns, call.input, 100, 100);
}

json::object deregister_task_definition(Call& call) {
  const std::string name = required_text(call.input, "taskDefinition");
  if (!parse_task_definition_name(name).revision) {
    throw AwsError("InvalidParameterException", "Invalid revision number. Number must be positive.");
  }
  const TaskDefinition& found = task_definition_named(call.region, name);
  TaskDefinition& definition = call.region.families.at(found.family).revisions.at(found.revision);
  definition.active = false;
  definition.deregistered_at = call.now;
  return {{"taskDefinition", show(definition)}};
}

// Services

json::object describe_services(Call& call) {
  const Cluster& cluster = cluster_named_in(call.view, call.input);
  json::array services, failures;
  for (const std::string& name : required_texts(call.input, "services", 10)) {
    const auto service = find_named(cluster.services, name);
    if (service == cluster.services.end()) {
      failures.push_back(missing(as_arn(call.view.place, "service/" + cluster.name, name)));
      continue;
    }
    json::object shown = show(service->second, cluster);
    if (includes(call.input, "TAGS")) shown["tags"] = tags_of(call.view, service->second.arn);
    services.push_back(std::move(shown));
  }
  return {{"services", std::move(services)}, {"failures", std::move(failures)}};
}

json::object list_services(Call& call) {
  const Cluster& cluster = cluster_named_in(call.view, call.input);
  std::vector<json::value> arns;
  for (const auto& [name, service] : cluster.services) {
    if (service.status != "INACTIVE") arns.emplace_back(std::string_view(service.arn));
  }
  return page("serviceArns", arns, call.input, 10, 100);
}

// Tasks

json::object list_tasks(Call& call) {
  const Cluster& cluster = cluster_named_in(call.view, call.input);
  const std::string service = text_or(call.input, "serviceName");
  const std::string family = text_or(call.input, "family");
  const std::string started_by = text_or(call.input, "startedBy");
  const bool running = text_or(call.input, "desiredStatus", "RUNNING") == "RUNNING";
  if (!service.empty()) service_named_in(cluster, call.input, "serviceName");
  std::vector<json::value> arns;
  for (const auto& [id, task] : cluster.tasks) {
    if (task.shall_run != running) continue;
    if (!service.empty() && task.service != last_part(service)) continue;
    if (!started_by.empty() && task.deployment != started_by) continue;
    if (!family.empty() && parse_task_definition_name(task.task_definition).family != family) continue;
    arns.emplace_back(std::string_view(task.arn));
  }
  return page("taskArns", arns, call.input, 100, 100);
}

json::object describe_tasks(Call& call) {
  const Cluster& cluster = cluster_named_in(call.view, call.input);
  json::array tasks, failures;
  for (const std::string& name : required_texts(call.input, "tasks", 100)) {
    const auto task = find_named(cluster.tasks, name);
    if (task == cluster.tasks.end()) {
      failures.push_back(missing(as_arn(call.view.place, "task/" + cluster.name, name)));
    } else {
      tasks.push_back(show(task->second, call.view));
    }
  }
  return {{"tasks", std::move(tasks)}, {"failures", std::move(failures)}};
}

json::object stop_task(Call& call) {
  Cluster& cluster = cluster_named_in(call.region, call.input);
  const auto task = find_named(cluster.tasks, required_text(call.input, "task"));
  if (task == cluster.tasks.end()) {
    throw AwsError("InvalidParameterException", "The referenced task was not found.");
  }
  const std::string reason = text_or(call.input, "reason", "Task stopped by user");
  call.fleet.stop_task(call.region.place, task->second, "UserInitiated", reason, call.now);
  return {{"task", show(task->second, call.region)}};
}

// Service deployments and revisions

/// Calls `visit(service, cluster)` for every service of the region until it returns true; whether one did.
template <class Visit>
bool find_service(const Region& region, Visit visit) {
  for (const auto& [cluster_name, cluster] : region.clusters) {
    for (const auto& [name, service] : cluster.services) {
      if (visit(service, cluster)) return true;
    }
  }
  return false;
}

bool created_within(Time created, const json::object* bounds) {
  const auto bound = [&](std::string_view name) -> std::optional<double> {
    const json::value* at = bounds == nullptr ? nullptr : json::find(*bounds, name);
    return at == nullptr ? std::nullopt : std::optional(at->to_number<double>());
  };
  const double seconds = timestamp(created).get_double();
  return seconds >= bound("after").value_or(seconds) && seconds <= bound("before").value_or(seconds);
}

json::object list_service_deployments(Call& call) {
  const Cluster& cluster = cluster_named_in(call.view, call.input);
  const Service& service = service_named_in(cluster, call.input);
  const std::vector<std::string> statuses = texts(call.input, "status");
  std::vector<json::value> briefs;
  for (const ServiceDeployment& rollout : service.service_deployments) {
    const bool wanted =
        statuses.empty() || std::find(statuses.begin(), statuses.end(), to_string(rollout.status)) != statuses.end();
    if (!wanted || !created_within(rollout.created_at, json::object_at(call.input, "createdAt"))) continue;
    briefs.emplace_back(show_brief(rollout, service, cluster));
  }
  return page("serviceDeployments", briefs, call.input, 20, 100);
}

json::object describe_service_deployments(Call& call) {
  json::array rollouts, failures;
  for (const std::string& arn : required_texts(call.input, "serviceDeploymentArns", 20)) {
    const bool found = find_service(call.view, [&](const Service& service, const Cluster& cluster) {
      for (const ServiceDeployment& rollout : service.service_deployments) {
        if (rollout.arn != arn) continue;
        rollouts.push_back(show(rollout, service, cluster));
        return true;
      }
      return false;
    });
    if (!found) failures.push_back(missing(arn));
  }
  return {{"serviceDeployments", std::move(rollouts)}, {"failures", std::move(failures)}};
}

json::object describe_service_revisions(Call& call) {
  json::array revisions, failures;
  for (const std::string& arn : required_texts(call.input, "serviceRevisionArns", 20)) {
    const bool found = find_service(call.view, [&](const Service& service, const Cluster& cluster) {
      const auto revision = service.revisions.find(arn);
      if (revision == service.revisions.end()) return false;
      revisions.push_back(show(revision->second, service, cluster, call.view));
      return true;
    });
    if (!found) failures.push_back(missing(arn));
  }
  return {{"serviceRevisions", std::move(revisions)}, {"failures", std::move(failures)}};
}

// Tags

std::string taggable(const Region& region, const json::object& input) {
  const std::string arn = required_text(input, "resourceArn");
  const bool exists = find_task_definition(region, arn) != nullptr ||
                      std::any_of(region.clusters.begin(), region.clusters.end(),
                                  [&](const auto& entry) { return entry.second.arn == arn; }) ||
                      find_service(region, [&](const Service& service, const Cluster& cluster) {
                        return service.arn == arn || cluster.tasks.contains(last_part(arn));
                      });
  if (!exists) throw AwsError("InvalidParameterException", "The specified resource could not be found: " + arn);
  return arn;
}

json::object tag_resource(Call& call) {
  Tags& tags = call.region.tags[taggable(call.region, call.input)];
  Tags all = read_tags(call.input);
  all.merge(tags);
  if (all.size() > 50) throw AwsError("InvalidParameterException", "A resource can have at most 50 tags.");
  tags = std::move(all);
  return {};
}

json::object untag_resource(Call& call) {
  Tags& tags = call.region.tags[taggable(call.region, call.input)];
  for (const std::string& key : required_texts(call.input, "tagKeys", 50)) tags.erase(key);
  return {};
}

json::object list_tags_for_resource(Call& call) {
  return {{"tags", tags_of(call.view, taggable(call.view, call.input))}};
}

}  // namespace

const std::vector<Operation>& ecs_operations() {
  static const std::vector<Operation> operations = {
      {"CreateCluster", create_cluster},
      {"DescribeClusters", describe_clusters},
      {"ListClusters", list_clusters},
      {"RegisterTaskDefinition", register_task_definition},
      {"DescribeTaskDefinition", describe_task_definition},
      {"ListTaskDefinitions", list_task_definitions},
      {"DeregisterTaskDefinition", deregister_task_definition},
      {"CreateService", create_service},
      {"UpdateService", update_service},
      {"DescribeServices", describe_services},
      {"ListServices", list_services},
      {"DeleteService", delete_service},
      {"ListTasks", list_tasks},
      {"DescribeTasks", describe_tasks},
      {"StopTask", stop_task},
      {"ListServiceDeployments", list_service_deployments},
      {"DescribeServiceDeployments", describe_service_deployments},
      {"DescribeServiceRevisions", describe_service_revisions},
      {"StopServiceDeployment", stop_service_deployment},
      {"TagResource", tag_resource},
      {"UntagResource", untag_resource},
      {"ListTagsForResource", list_tags_for_resource},
  };
  return operations;
}

}  // namespace slipway::sim
