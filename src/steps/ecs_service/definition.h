// The task definition that a deployment registers: what the action gives of it, laid over what the service runs.
// docs/ecs-step.md has the order of precedence.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "cloud/ecs.h"

namespace slipway::steps::ecs {

/// What the action gives. Values have the kinds of AWS's model, images are resolved.
struct WantedDefinition {
  std::string family;                          ///< "": that of the revision that the service runs
  json::object members;                        ///< whole ones, as RegisterTaskDefinition takes them; `tags` too
  std::vector<std::string> removed;            ///< not to be carried over
  json::array container_changes;               ///< each a patch of the container that its `name` names
  bool carries_over = true;                    ///< members that are not given stay as they run
  std::map<std::string, std::string> digests;  ///< container → what its image must resolve to, where the release knows
  std::vector<std::string> warnings;
};

/// A revision without what AWS alone sets.
struct Definition {
  json::object members;  ///< without tags
  aws::ecs::Tags tags;   ///< people's; neither AWS's nor ours
};

/// The revision that the service runs, as far as it can be carried over.
Definition carried(const aws::ecs::DescribedTaskDefinition&);

/// `wanted` over `running`. Throws Error{invalid} where they don't fit together.
Definition laid_over(const WantedDefinition& wanted, const Definition& running);

/// What differs in meaning, for people: "family", "image of container web". Names alone, no values.
std::vector<std::string> changes_between(const json::object& from, const json::object& to);

}  // namespace slipway::steps::ecs
