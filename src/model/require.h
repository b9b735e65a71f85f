// Finding what a request names: an id, a slug or a name (OBJ-2).
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "model/lookup.h"

namespace slipway::model {

/// `kind` in words: "resource" for what an address names.
[[noreturn]] inline void fail_unknown(std::string_view kind, std::string_view id) {
  fail_not_found(fmt::format("The {} '{}' was not found.", kind, id));
}

/// The document of type T in `scope` (a space, or the owner of an owned type). Throws Error{invalid} naming `name` when
/// there is none; `what` is its kind in words, "environment". Blanks around a name are those of who typed it.
template <class T>
T require_named(const model::Lookup& lookup, std::string_view scope, std::string_view name, std::string_view what) {
  name = trim(name);
  if (name.empty()) fail_invalid(fmt::format("Please name the {}.", what));
  auto found = model::find_named<T>(lookup, scope, name);
  if (!found) fail_invalid(fmt::format("There is no {} named '{}'.", what, name));
  return std::move(*found);
}

/// The document with that id, which another document refers to. Throws Error{not_found}.
template <class T>
T require(const model::Lookup& lookup, std::string_view id, std::string_view what) {
  auto found = model::find<T>(lookup, id);
  if (!found) fail_unknown(what, id);
  return std::move(*found);
}

}  // namespace slipway::model
