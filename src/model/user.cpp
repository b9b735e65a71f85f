#include "model/user.h"

namespace slipway::model {
namespace {

Changes user_hook(const Edit& edit, const Lookup&, Problems& problems) {
  if (edit.is_deletion() && edit.user == json::text_at(*edit.before, "Id")) {
    problems.add("You can't delete your own user: ask another administrator.");
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
      .fields = {text("Username").required().at_most(64), text("DisplayName").required().at_most(200),
                 text("EmailAddress").at_most(320), flag("IsActive", true), flag("IsService"),
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
