// Spaces: what keeps the documents of one team apart from all others. Plain values.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "model/schema.h"

namespace slipway::model {

/// A room of its own for environments, projects, tenants and all else that belongs to one team.
struct Space {
  static constexpr std::string_view type = "Space";
  std::string Id, Name, Slug, Description;
  bool IsDefault = false;
  bool TaskQueueStopped = false;
  std::vector<std::string> SpaceManagersTeams, SpaceManagersTeamMembers;
};
BOOST_DESCRIBE_STRUCT(Space, (),
                      (Id, Name, Slug, Description, IsDefault, TaskQueueStopped, SpaceManagersTeams,
                       SpaceManagersTeamMembers))

Schema space_schema();

}  // namespace slipway::model
