// What ECS would refuse, or never bring to an end, as far as a look at the service tells: found before a revision is
// registered, so that a refused deployment leaves nothing behind.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "steps/ecs_service/inputs.h"
#include "steps/ecs_service/service.h"

namespace slipway::steps::ecs {

/// Sentences for people; nullopt: nothing stands against it.
std::optional<std::string> why_not_deployable(const ServiceFacts&, const Inputs&);
/// Of the task definition: what UpdateService would refuse of it for this service.
std::optional<std::string> why_unfit(const ServiceFacts&, const json::object& definition);
/// Of a rollout: neither may a new task start beside those that run, nor may one of those stop before.
std::optional<std::string> why_stuck(const ServiceFacts&, const Inputs&);

}  // namespace slipway::steps::ecs
