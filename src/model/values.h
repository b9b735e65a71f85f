// Values that may be secret, as stored documents hold them.
//
// A stored secret is an object that names it: {"HasValue":true,"$secret":"Secrets-7"} where clients see a sensitive
// value, {"$secret":"Secrets-7"} where they see null (the Value of a sensitive variable). The value itself is in the
// vault, under the id of the document that owns it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace slipway::model {

/// The member that makes an object a stored secret. Nothing that a client sends may have a member of that name.
inline constexpr std::string_view kSecretMember = "$secret";

/// A text, or a stored secret. Read it with text_of and secret_of.
using Value = json::value;
/// `Properties` of steps, actions and packages.
using Properties = std::map<std::string, Value>;

/// The text, unless it is a secret or null.
std::optional<std::string> text_of(const Value&);
/// The id of the secret that stands there.
std::optional<std::string> secret_of(const Value&);
/// Neither a secret nor a text with more than white space in it: where a value is asked for, none was given (TEN-12).
bool is_blank(const Value&);
/// The property's text; nullopt when it is absent or secret. Names ignore case.
std::optional<std::string> text_of(const Properties&, std::string_view name);

/// Does the variable, as sent or stored, say that its value is a secret? By its flag, its type, or how its prompt asks.
bool declares_secret(const json::object& variable);
/// Does a template or prompt ask for a secret? By its DisplaySettings.
bool asks_for_secret(const json::object& asking);

/// What stands in a stored document for a secret that shows as a sensitive value.
json::value stored_secret(std::string_view secret_id);
/// What stands there for one that shows as null.
json::value stored_hidden_secret(std::string_view secret_id);
/// A sensitive value of which nothing is stored, as stored and as shown.
json::value no_secret();

/// The document as clients see it: each stored secret replaced by {"HasValue":true,"NewValue":null,"Hint":null} or
/// null.
json::value shown(const json::value& stored);
/// Ids of all secrets that stand in it, in order.
std::vector<std::string> secrets_in(const json::value& stored);
/// The same with the id of each secret replaced.
json::value with_secrets(const json::value& stored, const std::function<std::string(const std::string& id)>& replace);

}  // namespace slipway::model
