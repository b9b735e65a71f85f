#include "model/resources/people/team.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/resources/people/user.h"

namespace slipway::model {
namespace {

Changes team_hook(const Edit& edit, const Lookup& lookup, Problems& problems) {
  if (!edit.is_deletion() && json::text_at(*edit.after, "Id") == kAdministratorsTeam &&
      !has_active_user(json::from_json<Team>(*edit.after).MemberUserIds, lookup)) {
    problems.add(
        "MemberUserIds: this team needs at least one active user, or nobody could administer the server any more "
        "(SEC-5).");
  }
  if (edit.is_deletion() && !json::flag_at(*edit.before, "CanBeDeleted").value_or(true)) {
    problems.add(fmt::format("The team '{}' is built in and can't be deleted.",
                             json::text_at(*edit.before, "Name").value_or("")));
  }
  return {};
}

}  // namespace

bool has_active_user(const std::vector<std::string>& users, const Lookup& lookup) {
  return std::any_of(users.begin(), users.end(), [&](const std::string& id) {
    const auto user = find<User>(lookup, id);
    return user && user->IsActive;
  });
}

Schema team_schema() {
  return {
      .type = "Team",
      .collection = "teams",
      .id_prefix = "Teams",
      .scope = Scope::system,
      .fields = {name_field(), slug_field(), description_field(),
                 references("MemberUserIds", {"User"}).unlinked_on_delete(),
                 anything("ExternalSecurityGroups", json::array()),
                 reference("SpaceId", {"Space"}).fixed().unlinked_on_delete(), flag("CanBeDeleted", true).server_set(),
                 flag("CanBeRenamed", true).server_set(), flag("CanChangeMembers", true).server_set(),
                 flag("CanChangeRoles", true).server_set()},
      .filters = {{"spaces", "SpaceId", "includeSystem"}},
      .links = {{"ScopedUserRoles", "<self>/scopeduserroles{?skip,take}"}},
      .list_template = "{?skip,take,ids,partialName,spaces,includeSystem}",
      .link_name = "Teams",
      .permissions = permissions_of("Team"),
      .hook = team_hook,
  };
}

}  // namespace slipway::model
