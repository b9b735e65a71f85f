// How ECS shows its objects on the wire.
#pragma once

#include "base/json.h"
#include "sim/ecs/world.h"

namespace slipway::sim {

json::object show(const Cluster&);
json::object show(const TaskDefinition&);
/// `cluster` holds the tasks that are counted.
json::object show(const Service&, const Cluster& cluster);
json::object show(const Task&, const Region&);
json::object show_brief(const ServiceDeployment&, const Service&, const Cluster&);
json::object show(const ServiceDeployment&, const Service&, const Cluster&);
json::object show(const ServiceRevision&, const Service&, const Cluster&, const Region&);
/// `[{"key":…,"value":…}]`, and back. Throws AwsError for malformed tags.
json::array show(const Tags&);
Tags read_tags(const json::object& input);

}  // namespace slipway::sim
