// Scenario files: what the clouds contain at the start, as JSON. sim/scenarios/demo.json is one.
//
// clang-format off
//   region          default of everything below; "eu-west-1"
//   accounts[]      id, region?
//     accessKeys[]    user, accessKeyId, secretAccessKey
//     roles[]         name, trusts[] (ARNs of users or roles, or an account's ":root"), externalId?,
//                     maxSessionSeconds? (3600), deniedActions[]? ("ecs:UpdateService")
//     repositories[]  name, pullableBy[]? (accounts), images[]: tag, digest? (made from the name when absent)
//     clusters[]      name, capacity? (most tasks that can be placed)
//     taskDefinitions[], services[]   as RegisterTaskDefinition and CreateService take them
//   behaviours[]    image, account?, behaviour (cannot_pull, crash_after_start, unhealthy), exitCode?, afterSeconds?
//   faults[]        kind, and what it needs:
//     throttle, server_error, lose_request, lose_reply,
//     empty_reply                                        operation?, account? (the caller's), region?, count? (1)
//     delay                                              the same, and seconds
//     describe_lag                                       account, seconds (0 ends it)
//     no_capacity, capacity_restored                     account, cluster
// clang-format on
#pragma once

#include "base/json.h"
#include "sim/core/clouds.h"

namespace slipway::sim {

/// Adds the scenario's contents. Its services start settled: with their tasks running since long ago. Throws
/// Error{invalid} naming the member that is wrong.
void load_scenario(Clouds&, const json::object& scenario, Time now);

// What the admin API shares: each reads one entry of a scenario's lists.
void add_image(Clouds&, const json::value& entry, const std::string& default_region, Time now);
void add_misbehaviour(Clouds&, const json::value& entry);
void add_fault(Clouds&, const json::value& entry, const std::string& default_region, Time now);

}  // namespace slipway::sim
