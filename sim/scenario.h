// Scenario files: what the clouds contain at the start. sim/scenarios/demo.json shows every member.
#pragma once

#include "base/json.h"
#include "sim/clouds.h"

namespace slipway::sim {

/// Adds the scenario's contents. Its services start settled: with their tasks running since long ago. Throws
/// Error{invalid} naming the member that is wrong.
void load_scenario(Clouds&, const json::object& scenario, Time now);

// What the admin API shares: each reads one entry of a scenario's lists.
void add_image(Clouds&, const json::value& entry, const std::string& default_region, Time now);
void add_misbehaviour(Clouds&, const json::value& entry);
void add_fault(Clouds&, const json::value& entry, const std::string& default_region, Time now);

}  // namespace slipway::sim
