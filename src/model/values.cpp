#include "model/values.h"

#include "base/text.h"

namespace slipway::model {

std::optional<std::string> text_of(const Value& v) {
  return v.is_string() ? std::optional(std::string(json::view(v.get_string()))) : std::nullopt;
}

std::optional<std::string> secret_of(const Value& v) {
  if (!v.is_object()) return std::nullopt;
  const json::value* id = v.get_object().if_contains(kSecretMember);
  return id != nullptr && id->is_string() ? std::optional(std::string(json::view(id->get_string()))) : std::nullopt;
}

bool is_blank(const Value& v) { return !secret_of(v) && trim(text_of(v).value_or("")).empty(); }

std::optional<std::string> text_of(const Properties& properties, std::string_view name) {
  if (const auto exact = properties.find(std::string(name)); exact != properties.end()) return text_of(exact->second);
  for (const auto& [key, v] : properties) {
    if (equals_ignoring_case(key, name)) return text_of(v);
  }
  return std::nullopt;
}

bool asks_for_secret(const json::object& asking) {
  const json::value* settings = json::find(asking, "DisplaySettings");
  if (settings == nullptr || !settings->is_object()) return false;
  const auto control = json::text_at(settings->get_object(), "Octopus.ControlType");
  return control && equals_ignoring_case(trim(*control), "Sensitive");
}

bool declares_secret(const json::object& variable) {
  const json::value* flag = json::find(variable, "IsSensitive");
  if (flag != nullptr && flag->is_bool() && flag->get_bool()) return true;
  if (flag != nullptr && flag->is_string() && equals_ignoring_case(json::view(flag->get_string()), "true")) return true;
  if (equals_ignoring_case(trim(json::text_at(variable, "Type").value_or("")), "Sensitive")) return true;
  const json::object* prompt = json::object_at(variable, "Prompt");
  return prompt != nullptr && asks_for_secret(*prompt);
}

json::value stored_secret(std::string_view secret_id) {
  return json::object{{"HasValue", true}, {kSecretMember, secret_id}};
}
json::value no_secret() { return json::object{{"HasValue", false}, {"NewValue", nullptr}, {"Hint", nullptr}}; }
json::value stored_hidden_secret(std::string_view secret_id) { return json::object{{kSecretMember, secret_id}}; }

namespace {

/// A copy in which `replace` stands for each stored secret.
json::value map_secrets(const json::value& v, const std::function<json::value(const json::object& secret)>& replace) {
  if (const json::object* members = v.if_object()) {
    if (members->contains(kSecretMember)) return replace(*members);
    json::object out;
    out.reserve(members->size());
    for (const auto& member : *members) out.emplace(member.key(), map_secrets(member.value(), replace));
    return out;
  }
  if (const json::array* items = v.if_array()) {
    json::array out;
    out.reserve(items->size());
    for (const auto& item : *items) out.push_back(map_secrets(item, replace));
    return out;
  }
  return v;
}

}  // namespace

json::value shown(const json::value& stored) {
  return map_secrets(stored, [](const json::object& secret) -> json::value {
    if (!secret.contains("HasValue")) return nullptr;
    return json::object{{"HasValue", true}, {"NewValue", nullptr}, {"Hint", nullptr}};
  });
}

std::vector<std::string> secrets_in(const json::value& stored) {
  std::vector<std::string> ids;
  with_secrets(stored, [&](const std::string& id) {
    ids.push_back(id);
    return id;
  });
  return ids;
}

json::value with_secrets(const json::value& stored, const std::function<std::string(const std::string& id)>& replace) {
  return map_secrets(stored, [&](const json::object& secret) -> json::value {
    json::object out = secret;
    out[kSecretMember] = replace(std::string(json::view(secret.at(kSecretMember).get_string())));
    return out;
  });
}

}  // namespace slipway::model
