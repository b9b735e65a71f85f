// Values that may be secret, as stored documents hold them.
//
// A stored secret is an object that names it: {"HasValue":true,"SecretId":"Secrets-7"} where clients see a sensitive
// value, {"SecretId":"Secrets-7"} where they see null (the Value of a sensitive variable). The value itself is in the
// vault, under the id of the document that owns it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace slipway::model {

/// A text, or a stored secret. Read it with text_of and secret_of.
using Value = json::value;
/// `Properties` of steps, actions and packages.
using Properties = std::map<std::string, Value>;

/// The text, unless it is a secret or null.
std::optional<std::string> text_of(const Value&);
/// The id of the secret that stands there.
std::optional<std::string> secret_of(const Value&);
/// The property's text; nullopt when it is absent or secret. Names ignore case.
std::optional<std::string> text_of(const Properties&, std::string_view name);
/// "True" in any case.
bool flag_of(const Properties&, std::string_view name);

/// What stands in a stored document for a secret that shows as a sensitive value.
json::value stored_secret(std::string_view secret_id);
/// What stands there for one that shows as null.
json::value stored_hidden_secret(std::string_view secret_id);

}  // namespace slipway::model
