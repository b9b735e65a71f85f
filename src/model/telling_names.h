// What the name of a member says of the text that stands there, where no schema does.
#pragma once

#include <string_view>

namespace slipway::model {

/// "ClientSecretValue", "db_password", "ConnectionString": the text is a secret, and so are those of an object there.
bool names_a_secret(std::string_view name);
/// Beside a secret, under a name such as "Credential", stands what only says which: "Id", "Username", "RoleArn".
bool names_a_label(std::string_view name);
/// "FeedUri", "RegistryPath": the text is an address.
bool names_an_address(std::string_view name);

/// Does an address hold what is nobody's to read: "https://user:password@host/", "https://host/?token=…"?
bool has_credentials(std::string_view address);
/// The same of a text that may be no address at all.
bool is_address_with_credentials(std::string_view text);

}  // namespace slipway::model
