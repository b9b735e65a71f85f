#include "model/resources/people/user.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "model/resources/people/team.h"

namespace slipway::model {
namespace {

bool is_active(const json::object& user) { return json::flag_at(user, "IsActive").value_or(true); }

/// Somebody has to be able to administer the server (SEC-5).
void check_not_last_administrator(const json::object& user, const Lookup& lookup, Problems& problems) {
  const auto administrators = find<Team>(lookup, kAdministratorsTeam);
  const std::string_view id = json::text_at(user, "Id").value_or("");
  if (!administrators) return;
  std::vector<std::string> others = administrators->MemberUserIds;
  if (std::erase(others, id) == 0 || has_active_user(others, lookup)) return;
  problems.add(fmt::format(
      "The user '{}' is the last active member of the team '{}' and has to stay: make another user its member first.",
      json::text_at(user, "Username").value_or(id), administrators->Name));
}

Changes user_hook(const Edit& edit, const Lookup& lookup, Problems& problems) {
  const bool was_active = edit.before != nullptr && is_active(*edit.before);
  if (was_active && (edit.is_deletion() || !is_active(*edit.after))) {
    check_not_last_administrator(*edit.before, lookup, problems);
  }
  if (edit.is_deletion() && edit.user == json::text_at(*edit.before, "Id")) {
    problems.add("You can't delete your own user: ask another administrator.");
  }
  // Scripts that make users leave out how they are shown.
  if (!edit.is_deletion() && json::text_at(*edit.after, "DisplayName").value_or("").empty()) {
    (*edit.after)["DisplayName"] = json::value(edit.after->at("Username"));  // a copy: a new member moves the others
  }
  return {};
}

}  // namespace

Schema user_schema() {
  return {
      .type = "User",
      .collection = "users",
      .id_prefix = "Users",
      .scope = Scope::system,
      // Password is accepted and forgotten: users get in by API keys.
      .fields = {text("Username").required().as_name().at_most(64), text("DisplayName").keeps().as_name().at_most(200),
                 text("EmailAddress").as_name().at_most(320), flag("IsActive", true), flag("IsService"),
                 flag("CanPasswordBeEdited").server_set(), text("Password").omitted_when_null().server_set(),
                 anything("Identities", json::array())},
      .name_member = "Username",
      .own_flag = "IsRequestor",
      .links = {{"Spaces", "<self>/spaces"},
                {"ApiKeys", "<self>/apikeys{/id}{?skip,take}"},
                {"Permissions", "<self>/permissions"},
                {"PermissionsConfiguration", "<self>/permissions/configuration"},
                {"Teams", "<self>/teams{?spaces,includeSystem}"}},
      .list_template = "{?skip,take,ids,filter}",
      .link_name = "Users",
      .permissions = {"UserView", "UserInvite", "UserEdit", "UserEdit"},
      .hook = user_hook,
  };
}

}  // namespace slipway::model
