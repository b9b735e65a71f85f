// Configuration documents: every resource that the schemas of src/model declare, stored as its JSON with the columns
// that queries need lifted out beside it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "storage/database.h"

namespace slipway::storage {

/// One row. `body` is the document in today's form, whatever program stored it: no Links, secrets as ids only.
struct StoredResource {
  std::string id = {};
  std::string type = {};    ///< schema name, e.g. "Environment"
  std::string space = {};   ///< "" for system-wide resources
  std::string parent = {};  ///< owning resource (a channel's project), "" if none
  std::string kind = {};    ///< discriminator (FeedType, AccountType), "" if none
  std::string name = {};
  std::string slug = {};
  std::int64_t sort = 0;  ///< explicit order; equal ones order by folded name
  std::int64_t revision = 0;
  bool has_secrets = false;
  std::string body = {};
};

/// What a list asks for; empty members do not restrict. Order: sort, then folded name, then id.
struct ResourceFilter {
  std::string type = {};
  std::string space = {};
  std::string parent = {};
  std::string kind = {};
  std::optional<std::string> name = {};              ///< exact, folded
  std::optional<std::string> partial_name = {};      ///< contained, folded
  std::optional<std::vector<std::string>> ids = {};  ///< an empty list matches nothing
  /// Only resources that reference this id in this field ("ProjectEnvironments", "LifecycleId", …).
  std::optional<std::pair<std::string, std::string>> references = {};
};

/// The document in a row.
json::object parse_document(const StoredResource&);

/// The id in any case, as in a filter.
std::optional<StoredResource> find_resource(Reader&, std::string_view id);
/// What each change of it makes greater; for whoever remembers what was derived from it. The id as stored.
std::optional<std::int64_t> revision_of(Reader&, std::string_view id);
/// By slug or folded name within type and scope (parent if given, else space); the slug wins.
std::optional<StoredResource> find_resource_by_name(Reader&, std::string_view type, std::string_view space,
                                                    std::string_view parent, std::string_view name_or_slug);
Page<StoredResource> list_resources(Reader&, const ResourceFilter&, Slice);

/// Throws Error{conflict} when name or slug are taken in the scope.
void insert_resource(Txn&, const StoredResource&);
/// Replaces the row where `revision` still holds, and counts the revision up; otherwise Error{conflict}. So is a row
/// that a newer program wrote by a version of the schema which this one does not know.
void update_resource(Txn&, const StoredResource&);
/// Replaces the columns beside the document alone. False, and nothing done, where a newer program wrote the row.
bool lift_resource(Txn&, const StoredResource&);
void erase_resource(Txn&, std::string_view id);

/// An edge from a document's field to another document's id.
struct Reference {
  std::string field = {};
  std::string target = {};
};
void set_references(Txn&, std::string_view source, const std::vector<Reference>&);
/// Who points at `target`: (source id, source type, field); at most `limit`.
struct Referrer {
  std::string source = {};
  std::string type = {};
  std::string field = {};
};
std::vector<Referrer> referrers(Reader&, std::string_view target, int limit);

/// A slug that is free in the scope: `wanted`, else `wanted-2`, ….
std::string free_slug(Reader&, std::string_view type, std::string_view space, std::string_view parent,
                      std::string_view wanted, std::string_view except_id);
std::int64_t next_sort(Reader&, std::string_view type, std::string_view space);

}  // namespace slipway::storage
