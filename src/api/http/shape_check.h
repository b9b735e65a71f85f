// Holds answers and bodies in tests against the shapes that routes declare.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "base/time.h"

namespace slipway::api::testing {

/// As much of JSON Schema as shapes use. An object whose shape says nothing of others has the declared members only.
class ShapeCheck {
 public:
  explicit ShapeCheck(const json::object& components) : components_(components) {}

  /// What does not fit, one sentence each. `lenient`: a body, whose members match in any case and may be null; what
  /// only the server sets, and what nobody reads, is not looked at.
  std::vector<std::string> mistakes(const json::value& v, const json::object& shape, bool lenient = false) {
    mistakes_.clear();
    lenient_ = lenient;
    check(v, shape, "");
    return mistakes_;
  }

 private:
  void check(const json::value& v, const json::object& shape, const std::string& at) {
    if (const json::value* reference = shape.if_contains("$ref")) return check(v, component(*reference), at);
    const bool may_be_null = lenient_ || shape.contains("nullable") || shape.empty();
    if (v.is_null()) {
      if (!may_be_null && !only_wraps_nullable(shape)) mistakes_.push_back(at + " is null");
      return;
    }
    if (const json::value* all = shape.if_contains("allOf")) {
      for (const json::value& part : all->as_array()) check(v, part.as_object(), at);
      return;
    }
    if (const json::value* by = shape.if_contains("discriminator")) return check_kind(v, by->as_object(), at);
    if (const json::value* choices = shape.if_contains("oneOf")) return check_one_of(v, choices->as_array(), at);
    const auto type = json::text_at(shape, "type").value_or("");
    if (type == "object") return check_object(v, shape, at);
    if (type == "array") return check_array(v, shape, at);
    const bool fits = type.empty() || (type == "string" && v.is_string()) || (type == "boolean" && v.is_bool()) ||
                      (type == "integer" && (v.is_int64() || v.is_uint64()));
    if (!fits) mistakes_.push_back(fmt::format("{} is no {}: {}", at, type, json::to_text(v)));
    if (fits && v.is_string()) check_text(json::view(v.get_string()), shape, at);
  }

  bool only_wraps_nullable(const json::object& shape) const {
    const json::value* all = shape.if_contains("allOf");
    return all != nullptr && all->as_array().size() == 1 && all->as_array()[0].as_object().contains("nullable");
  }

  const json::object& component(const json::value& reference) const {
    const std::string_view path = json::view(reference.as_string());
    return components_.at(path.substr(path.rfind('/') + 1)).as_object();
  }

  void check_text(std::string_view text, const json::object& shape, const std::string& at) {
    if (!lenient_ && json::text_at(shape, "format") == "date-time" && !parse_time(text)) {
      mistakes_.push_back(fmt::format("{} is no time: {}", at, text));
    }
    const json::value* choices = shape.if_contains("enum");
    if (choices == nullptr) return;
    for (const json::value& choice : choices->as_array()) {
      if (equals_ignoring_case(json::view(choice.as_string()), text)) return;
    }
    mistakes_.push_back(fmt::format("{} is none of its choices: {}", at, text));
  }

  /// A member of the object says which component describes it.
  void check_kind(const json::value& v, const json::object& by, const std::string& at) {
    const json::object* members = v.if_object();
    if (members == nullptr) return mistakes_.push_back(at + " is no object");
    const std::string_view member = json::view(by.at("propertyName").as_string());
    const std::string_view kind = json::text_at(*members, member).value_or("");
    const json::value* reference = by.at("mapping").as_object().if_contains(kind);
    if (reference != nullptr) return check(v, component(*reference), at);
    if (!lenient_ || !kind.empty())
      mistakes_.push_back(fmt::format("{}.{} is none of its kinds: {}", at, member, kind));
  }

  void check_one_of(const json::value& v, const json::array& choices, const std::string& at) {
    const auto before = mistakes_;
    for (const json::value& choice : choices) {
      mistakes_.clear();
      check(v, choice.as_object(), at);
      const bool fits = mistakes_.empty();
      mistakes_ = before;
      if (fits) return;
    }
    mistakes_.push_back(at + " fits none of its shapes");
  }

  void check_array(const json::value& v, const json::object& shape, const std::string& at) {
    const json::array* items = v.if_array();
    if (items == nullptr) return mistakes_.push_back(at + " is no list");
    for (const json::value& item : *items) check(item, shape.at("items").as_object(), at + "[]");
  }

  void check_object(const json::value& v, const json::object& shape, const std::string& at) {
    const json::object* members = v.if_object();
    if (members == nullptr) return mistakes_.push_back(at + " is no object");
    const json::object none;
    const json::object* properties = json::object_at(shape, "properties");
    if (properties == nullptr) properties = &none;
    const json::value* others = shape.if_contains("additionalProperties");
    for (const auto& member : *members) {
      const std::string here = fmt::format("{}.{}", at, std::string_view(member.key()));
      const json::value* declared =
          lenient_ ? json::find(*properties, member.key()) : properties->if_contains(member.key());
      if (declared != nullptr && lenient_ && declared->as_object().contains("readOnly")) continue;
      if (declared != nullptr) {
        check(member.value(), declared->as_object(), here);
      } else if (others == nullptr && !lenient_) {
        mistakes_.push_back(here + " is not described");
      } else if (others != nullptr && others->is_object()) {
        check(member.value(), others->get_object(), here);
      }
    }
    const json::array* required = json::array_at(shape, "required");
    if (required == nullptr || lenient_) return;
    for (const json::value& name : *required) {
      if (!members->contains(json::view(name.as_string()))) {
        mistakes_.push_back(fmt::format("{}.{} is missing", at, std::string_view(name.as_string())));
      }
    }
  }

  const json::object& components_;
  std::vector<std::string> mistakes_;
  bool lenient_ = false;
};

}  // namespace slipway::api::testing
