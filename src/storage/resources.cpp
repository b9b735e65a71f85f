#include "storage/resources.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "model/ids.h"
#include "storage/document_door.h"
#include "storage/generations.h"
#include "storage/list_query.h"
#include "storage/queries.h"

namespace slipway::storage {
namespace {

#define RESOURCE_COLUMNS "id, type, space, parent, kind, name, slug, sort, revision, has_secrets, body, version, shape"

struct Sql {
  Query insert, update, lift, version, erase, find, revision;
  Query by_name_in_parent, by_name_in_space, by_slug_in_parent, by_slug_in_space;
  Query add_reference, erase_references, referrers, last_sort;
};
constexpr Sql kSql{
    .insert = {"insert resource", "INSERT INTO resources (" RESOURCE_COLUMNS
                                  ", name_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"},
    .update = {"update resource",
               "UPDATE resources SET space = ?2, parent = ?3, kind = ?4, name = ?5, name_key = ?6, slug = ?7,"
               " sort = ?8, has_secrets = ?9, body = ?10, version = ?12, shape = ?13, revision = revision + 1"
               " WHERE id = ?1 AND revision = ?11 AND version <= ?12"},
    .lift = {"lift columns of resource",
             "UPDATE resources SET parent = ?2, kind = ?3, name = ?4, name_key = ?5, slug = ?6, sort = ?7,"
             " has_secrets = ?8 WHERE id = ?1 AND version <= ?9"},
    .version = {"version of resource", "SELECT version FROM resources WHERE id = ?1"},
    .erase = {"erase resource", "DELETE FROM resources WHERE id = ?1 RETURNING type, space, parent"},
    .find = {"find resource", "SELECT " RESOURCE_COLUMNS " FROM resources WHERE id = ?1"},
    .revision = {"revision of resource", "SELECT revision FROM resources WHERE id = ?1"},
    .by_name_in_parent = {"resource by name in parent",
                          "SELECT " RESOURCE_COLUMNS
                          " FROM resources WHERE type = ?1 AND name_key = ?2 AND name_key <> '' AND parent = ?3"},
    .by_name_in_space = {"resource by name in space",
                         "SELECT " RESOURCE_COLUMNS
                         " FROM resources WHERE type = ?1 AND name_key = ?2 AND name_key <> '' AND space = ?3"
                         " ORDER BY parent"},
    .by_slug_in_parent = {"resource by slug in parent",
                          "SELECT " RESOURCE_COLUMNS
                          " FROM resources WHERE type = ?1 AND slug = ?2 AND slug <> '' AND parent = ?3"},
    .by_slug_in_space = {"resource by slug in space",
                         "SELECT " RESOURCE_COLUMNS
                         " FROM resources WHERE type = ?1 AND slug = ?2 AND slug <> '' AND space = ?3 ORDER BY parent"},
    .add_reference = {"add reference",
                      "INSERT INTO resource_references (source, field, target) VALUES (?1, ?2, ?3)"
                      " ON CONFLICT (source, field, target) DO NOTHING"},
    .erase_references = {"erase references", "DELETE FROM resource_references WHERE source = ?1"},
    .referrers = {"referrers",
                  "SELECT resources.id, resources.type, resource_references.field FROM resource_references"
                  " JOIN resources ON resources.id = resource_references.source"
                  " WHERE resource_references.target = ?1"
                  " ORDER BY resource_references.field, resource_references.source LIMIT ?2"},
    .last_sort = {"last sort", "SELECT sort FROM resources WHERE type = ?1 AND space = ?2 ORDER BY sort DESC LIMIT 1"},
};

const ListQuery& resource_list() {
  static const ListQuery list({
      .name = "resources",
      .table = "resources",
      .columns = RESOURCE_COLUMNS,
      .key = "id",
      .order = "sort, name_key, id",
      .filters = {{.column = "parent", .indexed = true},
                  {.column = "type", .indexed = true},
                  {.column = "space"},
                  {.column = "kind"},
                  {.column = "name_key"}},
      .more = "(?6 = '' OR strpos(name_key, ?6) > 0) AND (?7 = '' OR EXISTS (SELECT 1 FROM resource_references"
              " WHERE source = resources.id AND field = ?7 AND target = ?8))",
      .more_parameters = 3,
  });
  return list;
}

/// The one way from a row to a document: in today's form, whatever program wrote it.
auto resource_of(const Reader& reader) {
  return [&documents = reader.documents()](const Row& row) {
    StoredResource resource{.id = row.string(0),
                            .type = row.string(1),
                            .space = row.string(2),
                            .parent = row.string(3),
                            .kind = row.string(4),
                            .name = row.string(5),
                            .slug = row.string(6),
                            .sort = row.integer(7),
                            .revision = row.integer(8),
                            .has_secrets = row.integer(9) != 0,
                            .body = row.string(10)};
    const model::Form stored{row.integer(11), row.integer(12)};
    resource.body = todays_body(documents, resource.type, resource.id, stored, std::move(resource.body));
    return resource;
  };
}

/// Where a name or slug is unique: within the owning resource, or else within the space.
struct Scope {
  std::string_view type, space, parent;
};

std::optional<StoredResource> find_by_slug(Reader& reader, const Scope& scope, std::string_view slug) {
  return scope.parent.empty()
             ? reader.one(kSql.by_slug_in_space, {scope.type, slug, scope.space}, resource_of(reader))
             : reader.one(kSql.by_slug_in_parent, {scope.type, slug, scope.parent}, resource_of(reader));
}

std::optional<StoredResource> find_by_name(Reader& reader, const Scope& scope, std::string_view name) {
  const std::string key = fold_name(name);
  return scope.parent.empty()
             ? reader.one(kSql.by_name_in_space, {scope.type, key, scope.space}, resource_of(reader))
             : reader.one(kSql.by_name_in_parent, {scope.type, key, scope.parent}, resource_of(reader));
}

void check_free(Reader& reader, const StoredResource& resource) {
  const Scope scope{resource.type, resource.space, resource.parent};
  const auto check = [&](const std::optional<StoredResource>& holder, std::string_view what, std::string_view value) {
    if (!holder || holder->id == resource.id) return;
    fail(ErrorCode::conflict, fmt::format("The {} \"{}\" is already used by {} ({}). Choose another one.", what, value,
                                          holder->name, holder->id));
  };
  check(find_by_name(reader, scope, resource.name), "name", resource.name);
  check(find_by_slug(reader, scope, resource.slug), "slug", resource.slug);
}

[[noreturn]] void refuse_update(Txn& txn, const StoredResource& resource, const model::Form& form) {
  const auto version = txn.one(kSql.version, {resource.id}, [](const Row& row) { return row.integer(0); });
  if (version > form.version) {
    fail(ErrorCode::conflict,
         fmt::format("{} was written by a newer Slipway (version {} of {}, this one knows {}), so it was not changed. "
                     "Install that version, and repeat the change there.",
                     resource.id, *version, resource.type, form.version));
  }
  fail(ErrorCode::conflict, fmt::format("{} was changed or deleted by somebody else meanwhile. Load it again and "
                                        "repeat the change.",
                                        resource.id));
}

/// A project's documents name it as their owner; it names itself.
std::string project_of(std::string_view id, std::string_view parent) {
  constexpr std::string_view prefix = "Projects-";
  return std::string(id.starts_with(prefix) ? id : parent.starts_with(prefix) ? parent : "");
}

Change change_of(std::string_view id, std::string_view type, std::string_view space, std::string_view parent) {
  return {.kind = Change::Kind::document,
          .id = std::string(id),
          .type = std::string(type),
          .space = std::string(space),
          .project = project_of(id, parent)};
}

void publish(Txn& txn, const StoredResource& resource) {
  count_generation(txn, resource.type);
  txn.publish(change_of(resource.id, resource.type, resource.space, resource.parent));
}

}  // namespace

std::optional<StoredResource> find_resource(Reader& reader, std::string_view id) {
  return reader.one(kSql.find, {model::canonical_id(id)}, resource_of(reader));
}

std::optional<std::int64_t> revision_of(Reader& reader, std::string_view id) {
  return reader.one(kSql.revision, {id}, [](const Row& row) { return row.integer(0); });
}

std::optional<StoredResource> find_resource_by_name(Reader& reader, std::string_view type, std::string_view space,
                                                    std::string_view parent, std::string_view name_or_slug) {
  const Scope scope{type, space, parent};
  auto found = find_by_slug(reader, scope, name_or_slug);
  return found ? found : find_by_name(reader, scope, name_or_slug);
}

Page<StoredResource> list_resources(Reader& reader, const ResourceFilter& filter, Slice slice) {
  const std::string name = fold_name(filter.name.value_or(""));
  const std::string part = fold_name(filter.partial_name.value_or(""));
  const auto [field, named] = filter.references.value_or(std::pair<std::string, std::string>());
  const std::string target = model::canonical_id(named);
  const std::vector<Parameter> values{std::string_view(filter.parent), std::string_view(filter.type),
                                      std::string_view(filter.space),  std::string_view(filter.kind),
                                      std::string_view(name),          std::string_view(part),
                                      std::string_view(field),         std::string_view(target)};
  if (!filter.ids) return resource_list().page(reader, values, slice, resource_of(reader));
  std::vector<std::string> ids;
  for (const std::string& id : *filter.ids) ids.push_back(model::canonical_id(id));
  const std::vector<Parameter> keys(ids.begin(), ids.end());
  return resource_list().pick(reader, values, keys, slice, resource_of(reader));
}

void insert_resource(Txn& txn, const StoredResource& resource) {
  check_free(txn, resource);
  const model::Form form = txn.documents().form_of(resource.type);
  txn.run(kSql.insert, {resource.id, resource.type, resource.space, resource.parent, resource.kind, resource.name,
                        resource.slug, resource.sort, resource.revision, resource.has_secrets, resource.body,
                        form.version, form.shape, fold_name(resource.name)});
  publish(txn, resource);
}

void update_resource(Txn& txn, const StoredResource& resource) {
  check_free(txn, resource);
  const model::Form form = txn.documents().form_of(resource.type);
  const auto updated =
      txn.run(kSql.update, {resource.id, resource.space, resource.parent, resource.kind, resource.name,
                            fold_name(resource.name), resource.slug, resource.sort, resource.has_secrets, resource.body,
                            resource.revision, form.version, form.shape});
  if (updated == 0) refuse_update(txn, resource, form);
  publish(txn, resource);
}

bool lift_resource(Txn& txn, const StoredResource& resource) {
  const model::Form form = txn.documents().form_of(resource.type);
  return txn.run(kSql.lift, {resource.id, resource.parent, resource.kind, resource.name, fold_name(resource.name),
                             resource.slug, resource.sort, resource.has_secrets, form.version}) != 0;
}

void erase_resource(Txn& txn, std::string_view id) {
  auto change =
      txn.one(kSql.erase, {id}, [&](const Row& row) { return change_of(id, row.text(0), row.text(1), row.text(2)); });
  if (!change) return;
  txn.run(kSql.erase_references, {id});
  change->is_gone = true;
  count_generation(txn, change->type);
  txn.publish(std::move(*change));
}

void set_references(Txn& txn, std::string_view source, const std::vector<Reference>& references) {
  txn.run(kSql.erase_references, {source});
  for (const auto& [field, target] : references) txn.run(kSql.add_reference, {source, field, target});
}

std::vector<Referrer> referrers(Reader& reader, std::string_view target, int limit) {
  return reader.all(kSql.referrers, {target, limit}, [](const Row& row) {
    return Referrer{.source = row.string(0), .type = row.string(1), .field = row.string(2)};
  });
}

std::string free_slug(Reader& reader, std::string_view type, std::string_view space, std::string_view parent,
                      std::string_view wanted, std::string_view except_id) {
  std::string slug(wanted);
  for (int n = 2;; ++n) {
    const auto holder = find_by_slug(reader, {type, space, parent}, slug);
    if (!holder || holder->id == except_id) return slug;
    slug = fmt::format("{}-{}", wanted, n);
  }
}

std::int64_t next_sort(Reader& reader, std::string_view type, std::string_view space) {
  const auto last = reader.one(kSql.last_sort, {type, space}, [](const Row& row) { return row.integer(0); });
  return last ? *last + 1 : 0;
}

std::vector<Query> resource_queries() {
  std::vector<Query> queries = members_of(kSql);
  for (const Query& query : resource_list().queries()) queries.push_back(query);
  return queries;
}

}  // namespace slipway::storage
