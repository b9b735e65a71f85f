// The read interface that pure code (hooks, planning) may ask. It sees one consistent state; who implements it decides
// where that comes from (storage/document_lookup.h: a transaction; model/memory_lookup.h: a test's fixture).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"
#include "base/json.h"
#include "base/text.h"

namespace slipway::model {

class Lookup {
 public:
  virtual ~Lookup() = default;

  /// The stored document with that id.
  virtual std::optional<json::object> find(std::string_view id) const = 0;
  /// By id, slug or name (ignoring case) within a type and scope: the owner's id for owned types, else the space's.
  virtual std::optional<json::object> find_named(std::string_view type, std::string_view scope,
                                                 std::string_view id_slug_or_name) const = 0;
  /// All of a type in a scope, in the order in which lists show them.
  virtual std::vector<json::object> list(std::string_view type, std::string_view scope) const = 0;
  /// All of a type that reference `target` in `field`.
  virtual std::vector<json::object> referring(std::string_view type, std::string_view field,
                                              std::string_view target) const = 0;
  /// Who references `target`, in any field; at most `limit`.
  struct Use {
    std::string id, type, field;
  };
  virtual std::vector<Use> uses(std::string_view target, int limit) const = 0;
  /// Ids of releases of a project, or of one channel of it when `channel` is not empty; at most `limit`.
  virtual std::vector<std::string> releases(std::string_view project, std::string_view channel, int limit) const = 0;
};

/// Typed forms; T is a struct of this room with T::type.
template <class T>
std::optional<T> find(const Lookup& lookup, std::string_view id) {
  const auto document = lookup.find(id);
  return document ? std::optional(json::from_json<T>(*document)) : std::nullopt;
}
/// The document with that id, if it is a T of the space. Whoever takes an id from a client finds the document so: an id
/// alone would reach into other spaces.
template <class T>
std::optional<T> find_in(const Lookup& lookup, std::string_view space, std::string_view id) {
  auto found = lookup.find_named(T::type, space, id);
  if (!found || !equals_ignoring_case(json::text_at(*found, "Id").value_or(""), id)) return std::nullopt;
  return json::from_json<T>(*found);
}
template <class T>
std::optional<T> find_named(const Lookup& lookup, std::string_view scope, std::string_view id_slug_or_name) {
  const auto document = lookup.find_named(T::type, scope, id_slug_or_name);
  return document ? std::optional(json::from_json<T>(*document)) : std::nullopt;
}
template <class T>
std::vector<T> list(const Lookup& lookup, std::string_view scope) {
  std::vector<T> items;
  for (const json::object& document : lookup.list(T::type, scope)) items.push_back(json::from_json<T>(document));
  return items;
}
template <class T>
std::vector<T> referring(const Lookup& lookup, std::string_view field, std::string_view target) {
  std::vector<T> items;
  for (const json::object& document : lookup.referring(T::type, field, target)) {
    items.push_back(json::from_json<T>(document));
  }
  return items;
}

}  // namespace slipway::model
