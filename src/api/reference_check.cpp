#include "api/reference_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "api/tag_names.h"
#include "model/references.h"

namespace slipway::api {
namespace {

/// Each is looked up, so a document may not have any number of them.
constexpr std::size_t most_references = 20'000;

void check_target(storage::Reader& reader, const model::Edge& edge, const std::string& space, Problems& problems) {
  const auto& allowed = edge.is_map_item ? edge.declared->item_targets : edge.declared->targets;
  const auto target = storage::find_resource(reader, edge.target);
  const bool is_visible = target && (target->space.empty() || target->space == space);
  // A variable that names a document says its type itself, so its field allows any.
  if (is_visible && (allowed.empty() || std::find(allowed.begin(), allowed.end(), target->type) != allowed.end()))
    return;
  problems.add(fmt::format("{}: '{}' was not found; give the id of an existing {}.", edge.field, edge.target,
                           allowed.empty() ? "document" : fmt::format("{}", fmt::join(allowed, " or "))));
}

}  // namespace

std::vector<storage::Reference> check_references(storage::Reader& reader, const model::Schema& schema,
                                                 const std::string& space, const json::object* before,
                                                 const json::object& after, Problems& problems) {
  std::set<std::pair<std::string, std::string>> known;
  if (before != nullptr) {
    for (const model::Edge& edge : model::edges_of(schema, *before)) known.emplace(edge.field, edge.target);
  }
  TagNames tags(reader, space);
  std::vector<storage::Reference> references;
  std::set<std::pair<std::string, std::string>> seen;
  const auto edges = model::edges_of(schema, after);
  if (edges.size() > most_references) {
    problems.add(
        fmt::format("The document refers to {} others; at most {} are allowed.", edges.size(), most_references));
    return references;
  }
  for (const model::Edge& edge : edges) {
    if (!seen.emplace(edge.field, edge.target).second) continue;
    const bool must_exist = !edge.declared->is_unchecked && !known.contains({edge.field, edge.target});
    if (edge.declared->kind != model::FieldKind::tags) {
      if (must_exist) check_target(reader, edge, space, problems);
      references.push_back({edge.field, edge.target});
      continue;
    }
    const auto tag = tags.find(edge.target);
    if (!tag) {
      if (must_exist) {
        problems.add(
            fmt::format("{}: the tag '{}' does not exist; create it in its tag set first.", edge.field, edge.target));
      }
      continue;
    }
    references.push_back({edge.field, tag->set});
    if (!tag->tag.empty()) references.push_back({edge.field, tag->tag});
  }
  return references;
}

}  // namespace slipway::api
