#include "model/resources/infrastructure/git_credential.h"

#include <fmt/format.h>

namespace slipway::model {
namespace {

bool names_a_password(std::string_view address) {
  const auto scheme = address.find("://");
  const std::string_view rest = address.substr(scheme == std::string_view::npos ? 0 : scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const auto at = authority.rfind('@');
  return at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos;
}

/// Lists and the audit trail show which repositories are allowed.
Changes credential_hook(const Edit& edit, const Lookup&, Problems& problems) {
  const json::object* restrictions =
      edit.is_deletion() ? nullptr : json::object_at(*edit.after, "RepositoryRestrictions");
  const json::array* allowed = restrictions == nullptr ? nullptr : json::array_at(*restrictions, "AllowedRepositories");
  for (std::size_t i = 0; allowed != nullptr && i < allowed->size(); ++i) {
    const json::value& address = (*allowed)[i];
    if (!address.is_string() || !names_a_password(json::view(address.get_string()))) continue;
    problems.add(fmt::format(
        "RepositoryRestrictions.AllowedRepositories[{}] holds a password: leave it out of the address.", i));
  }
  return {};
}

}  // namespace

Schema git_credential_schema() {
  return {
      .type = "GitCredential",
      .collection = "git-credentials",
      .id_prefix = "GitCredentials",
      .fields = {name_field(), description_field(),
                 object("Details", {choice("Type", {"UsernamePassword"}), text("Username").required().as_name(),
                                    secret("Password").required()})
                     .required(),
                 object("RepositoryRestrictions", {flag("Enabled"), texts("AllowedRepositories")}).keeps_unless_set()},
      .list_template = "{?skip,take,name}",
      .link_name = "GitCredentials",
      .permissions = {"GitCredentialView", "GitCredentialEdit", "GitCredentialEdit", "GitCredentialEdit"},
      .hook = credential_hook,
      .no_effect = "Nothing is read from Git yet: processes and variables live in the database.",
  };
}

}  // namespace slipway::model
