// A fixture: documents in memory, for tests of pure code.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "model/lookup.h"

namespace slipway::model::testing {

/// Documents in the order in which they were added. A scope is a document's SpaceId, ProjectId or OwnerId.
class MemoryLookup final : public Lookup {
 public:
  void add(std::string type, json::object document) { documents_.emplace_back(std::move(type), std::move(document)); }
  void add_use(std::string target, Use use) { uses_.emplace_back(std::move(target), std::move(use)); }
  void add_release(std::string id) { releases_.push_back(std::move(id)); }

  std::optional<json::object> find(std::string_view id) const override {
    for (const auto& [type, document] : documents_) {
      if (is(document, "Id", id)) return document;
    }
    return std::nullopt;
  }
  std::optional<json::object> find_named(std::string_view type, std::string_view scope,
                                         std::string_view name) const override {
    for (const json::object& document : list(type, scope)) {
      if (is(document, "Id", name) || is(document, "Slug", name) || is(document, "Name", name)) return document;
    }
    return std::nullopt;
  }
  std::vector<json::object> list(std::string_view type, std::string_view scope) const override {
    std::vector<json::object> found;
    for (const auto& [its_type, document] : documents_) {
      const bool in_scope = scope.empty() || is(document, "SpaceId", scope) || is(document, "ProjectId", scope) ||
                            is(document, "OwnerId", scope);
      if (its_type == type && in_scope) found.push_back(document);
    }
    return found;
  }
  std::vector<json::object> referring(std::string_view type, std::string_view field,
                                      std::string_view target) const override {
    std::vector<json::object> found;
    for (const auto& [its_type, document] : documents_) {
      if (its_type == type && is(document, field, target)) found.push_back(document);
    }
    return found;
  }
  std::vector<Use> uses(std::string_view target, int limit) const override {
    std::vector<Use> found;
    for (const auto& [used, use] : uses_) {
      if (used == target && static_cast<int>(found.size()) < limit) found.push_back(use);
    }
    return found;
  }
  std::vector<std::string> releases(std::string_view, std::string_view, int) const override { return releases_; }

 private:
  static bool is(const json::object& document, std::string_view member, std::string_view text) {
    return equals_ignoring_case(json::text_at(document, member).value_or(""), text) && !text.empty();
  }

  std::vector<std::pair<std::string, json::object>> documents_;
  std::vector<std::pair<std::string, Use>> uses_;
  std::vector<std::string> releases_;
};

}  // namespace slipway::model::testing
