// Teams: users that share permissions. Plain values and pure functions.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "model/schema.h"

namespace slipway::model {

/// Users that share permissions. Members of `administrators_team` may do everything.
struct Team {
  static constexpr std::string_view type = "Team";
  std::string Id, Name, Description;
  std::vector<std::string> MemberUserIds;
  std::optional<std::string> SpaceId;
};
BOOST_DESCRIBE_STRUCT(Team, (), (Id, Name, Description, MemberUserIds, SpaceId))

inline constexpr std::string_view kAdministratorsTeam = "teams-administrators";

/// Is any of the users there and active?
bool has_active_user(const std::vector<std::string>& users, const Lookup&);

Schema team_schema();

}  // namespace slipway::model
