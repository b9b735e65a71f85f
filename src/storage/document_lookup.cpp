#include "storage/document_lookup.h"

#include "storage/releases.h"
#include "storage/resources.h"

namespace slipway::storage {
namespace {

bool is_space(std::string_view scope) { return scope.empty() || scope.starts_with("Spaces-"); }
std::string space_of(std::string_view scope) { return is_space(scope) ? std::string(scope) : ""; }
std::string owner_of(std::string_view scope) { return is_space(scope) ? "" : std::string(scope); }

std::vector<json::object> documents_of(const Page<StoredResource>& page) {
  std::vector<json::object> documents;
  documents.reserve(page.items.size());
  for (const StoredResource& row : page.items) documents.push_back(parse_document(row));
  return documents;
}

}  // namespace

std::optional<json::object> DocumentLookup::find(std::string_view id) const {
  const auto row = find_resource(reader_, id);
  return row ? std::optional(parse_document(*row)) : std::nullopt;
}

std::optional<json::object> DocumentLookup::find_named(std::string_view type, std::string_view scope,
                                                       std::string_view id_slug_or_name) const {
  auto row = find_resource(reader_, id_slug_or_name);
  const bool is_meant = row && row->type == type && (scope.empty() || row->space == scope || row->parent == scope);
  if (!is_meant) row = find_resource_by_name(reader_, type, space_of(scope), owner_of(scope), id_slug_or_name);
  return row ? std::optional(parse_document(*row)) : std::nullopt;
}

std::vector<json::object> DocumentLookup::list(std::string_view type, std::string_view scope) const {
  ResourceFilter filter;
  filter.type = type;
  filter.space = space_of(scope);
  filter.parent = owner_of(scope);
  return documents_of(list_resources(reader_, filter, everything));
}

std::vector<json::object> DocumentLookup::referring(std::string_view type, std::string_view field,
                                                    std::string_view target) const {
  ResourceFilter filter;
  filter.type = type;
  filter.references.emplace(field, target);
  return documents_of(list_resources(reader_, filter, everything));
}

std::vector<model::Lookup::Use> DocumentLookup::uses(std::string_view target, int limit) const {
  std::vector<Use> uses;
  for (const Referrer& r : referrers(reader_, target, limit)) uses.push_back({r.source, r.type, r.field});
  return uses;
}

std::vector<std::string> DocumentLookup::releases(std::string_view project, std::string_view channel, int limit) const {
  ReleaseFilter filter;
  filter.project = project;
  filter.channel = channel;
  std::vector<std::string> ids;
  for (const ReleaseRecord& release : list_releases(reader_, filter, {0, limit}).items) ids.push_back(release.id);
  return ids;
}

}  // namespace slipway::storage
