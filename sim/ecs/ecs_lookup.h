// Finding what an ECS request names, or refusing it as ECS does.
#pragma once

#include <string>

#include "sim/core/call.h"

namespace slipway::sim {

/// Whether a name or an ARN, also one of the old form without the cluster, can mean the resource of that ARN.
bool means(std::string_view given, std::string_view arn);

/// The entry of `all` that a name or an ARN means; its end when there is none.
template <class Resources>
auto find_named(Resources& all, const std::string& given) {
  const auto found = all.find(last_part(given));
  return found != all.end() && means(given, found->second.arn) ? found : all.end();
}

/// The cluster that the input's "cluster" names (name or ARN; absent means "default"). Throws ClusterNotFoundException.
template <class AnyRegion>
auto& cluster_named_in(AnyRegion& region, const json::object& input) {
  const auto found = find_named(region.clusters, text_or(input, "cluster", "default"));
  if (found == region.clusters.end()) throw AwsError("ClusterNotFoundException", "Cluster not found.");
  return found->second;
}

/// The service that the input's `member` names (name or ARN), whatever its status. Throws ServiceNotFoundException.
template <class AnyCluster>
auto& service_named_in(AnyCluster& cluster, const json::object& input, std::string_view member = "service") {
  const auto found = find_named(cluster.services, required_text(input, member));
  if (found == cluster.services.end()) throw AwsError("ServiceNotFoundException", "Service not found.");
  return found->second;
}

/// `name` is a family (its newest active revision is meant), family:revision or ARN. Throws ClientException.
const TaskDefinition& task_definition_named(const Region&, const std::string& name);

}  // namespace slipway::sim
