#include "model/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "model/values.h"

namespace slipway::model {
namespace {

using json::array;
using json::object;
using json::value;

void compare(object& out, const std::string& path, const value* before, const value* after);

void compare_members(object& out, const std::string& path, const object& before, const object& after) {
  const auto at = [&](std::string_view name) {
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
  };
  for (const auto& member : before) {
    compare(out, at(member.key()), &member.value(), after.if_contains(member.key()));
  }
  for (const auto& member : after) {
    if (!before.contains(member.key())) compare(out, at(member.key()), nullptr, &member.value());
  }
}

void compare_items(object& out, const std::string& path, const array& before, const array& after) {
  for (std::size_t i = 0; i < std::max(before.size(), after.size()); ++i) {
    compare(out, fmt::format("{}[{}]", path, i), i < before.size() ? &before[i] : nullptr,
            i < after.size() ? &after[i] : nullptr);
  }
}

void compare(object& out, const std::string& path, const value* before, const value* after) {
  if (before != nullptr && after != nullptr) {
    if (*before == *after) return;
    const bool may_descend = !secret_of(*before) && !secret_of(*after);
    if (may_descend && before->is_object() && after->is_object()) {
      return compare_members(out, path, before->get_object(), after->get_object());
    }
    if (may_descend && before->is_array() && after->is_array()) {
      return compare_items(out, path, before->get_array(), after->get_array());
    }
  }
  const auto shown_side = [](const value* side) -> value {
    if (side == nullptr) return nullptr;
    return secret_of(*side) ? value("changed") : shown(*side);
  };
  out.emplace(path, object{{"From", shown_side(before)}, {"To", shown_side(after)}});
}

}  // namespace

object difference(const object* before, const object* after) {
  static const object nothing;
  object out;
  compare_members(out, {}, before == nullptr ? nothing : *before, after == nullptr ? nothing : *after);
  return out;
}

}  // namespace slipway::model
