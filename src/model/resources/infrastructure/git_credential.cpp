#include "model/resources/infrastructure/git_credential.h"

namespace slipway::model {

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
      .no_effect = "Nothing is read from Git yet: processes and variables live in the database.",
  };
}

}  // namespace slipway::model
