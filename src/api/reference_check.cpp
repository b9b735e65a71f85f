#include "api/reference_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "model/references.h"
#include "model/tag_set.h"
#include "storage/document_lookup.h"

namespace slipway::api {
namespace {

/// The tags of a space by name; read when first asked for.
class Tags {
 public:
  Tags(storage::Reader& reader, const std::string& space) : reader_(reader), space_(space) {}

  /// Ids of the set and of the tag "Set/Tag"; a tag of a free-text set has no id of its own.
  std::optional<std::vector<std::string>> find(std::string_view canonical_name) {
    if (!loaded_) load();
    if (const auto tag = tags_.find(fold_name(canonical_name)); tag != tags_.end()) return tag->second;
    const auto set = free_text_sets_.find(fold_name(canonical_name.substr(0, canonical_name.find('/'))));
    return set == free_text_sets_.end() ? std::nullopt : std::optional(std::vector{set->second});
  }

 private:
  void load() {
    loaded_ = true;
    for (const auto& set : model::list<model::TagSet>(storage::DocumentLookup(reader_), space_)) {
      if (set.Type == "FreeText") free_text_sets_.emplace(fold_name(set.Name), set.Id);
      for (const auto& tag : set.Tags) tags_.emplace(fold_name(tag.CanonicalTagName), std::vector{set.Id, tag.Id});
    }
  }

  storage::Reader& reader_;
  const std::string& space_;
  bool loaded_ = false;
  std::map<std::string, std::vector<std::string>> tags_;
  std::map<std::string, std::string> free_text_sets_;
};

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
  Tags tags(reader, space);
  std::vector<storage::Reference> references;
  std::set<std::pair<std::string, std::string>> seen;
  for (const model::Edge& edge : model::edges_of(schema, after)) {
    if (!seen.emplace(edge.field, edge.target).second) continue;
    const bool must_exist = !edge.declared->is_unchecked && !known.contains({edge.field, edge.target});
    if (edge.declared->kind != model::FieldKind::tags) {
      if (must_exist) check_target(reader, edge, space, problems);
      references.push_back({edge.field, edge.target});
      continue;
    }
    const auto ids = tags.find(edge.target);
    if (!ids && must_exist) {
      problems.add(
          fmt::format("{}: the tag '{}' does not exist; create it in its tag set first.", edge.field, edge.target));
    }
    for (const std::string& id : ids.value_or(std::vector<std::string>())) references.push_back({edge.field, id});
  }
  return references;
}

}  // namespace slipway::api
