// What ECS's events of a service are to one rollout of it. AWS gives them no type, so their texts decide, and only what
// is shown: no verdict depends on them.
#pragma once

#include <string>
#include <string_view>

namespace slipway::steps::ecs {

/// Part of every rollout: tasks started and stopped, targets registered, a steady state. Whatever else ECS says is
/// about a problem: placement, capacity, its configuration, a load balancer's health checks, a quota, a role.
bool is_routine(std::string_view message);
/// It says that tasks don't start, but not why: what ECS said before tells more.
bool sums_up(std::string_view message);
/// Without "(service web) " in front: everything here is about one service.
std::string_view without_service(std::string_view message);
/// It names that deployment.
bool names_deployment(std::string_view message, std::string_view deployment);

/// `text` with "…" for the ids of requests and tasks, so that two tellings of one trouble are equal.
std::string without_ids(std::string_view text);

}  // namespace slipway::steps::ecs
