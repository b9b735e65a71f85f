#include "model/resources/tenants/tag_set.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "base/text.h"

namespace slipway::model {
namespace {

std::map<std::string, std::string> names_by_id(const json::object* set) {
  std::map<std::string, std::string> names;
  if (set == nullptr) return names;
  for (const Tag& tag : json::from_json<TagSet>(*set).Tags) names.emplace(tag.Id, tag.CanonicalTagName);
  return names;
}

void complete_tags(json::object& set, Problems& problems) {
  const std::string_view set_name = json::text_at(set, "Name").value_or("");
  const auto check_name = [&](std::string_view name) {
    if (name.find('/') != std::string_view::npos) {
      problems.add(fmt::format("The name '{}' must not contain '/': it separates a tag from its set.", name));
    }
    if (name.find(',') != std::string_view::npos) {
      problems.add(
          fmt::format("The name '{}' must not contain ',': it separates the tags that a filter asks for.", name));
    }
  };
  check_name(set_name);
  std::set<std::string> names;
  std::int64_t position = 0;
  for (json::value& item : set["Tags"].as_array()) {
    json::object& tag = item.as_object();
    const std::string name(json::text_at(tag, "Name").value_or(""));
    check_name(name);
    if (!names.insert(fold_name(name)).second) problems.add(fmt::format("Tags: '{}' stands twice in the set.", name));
    tag["CanonicalTagName"] = fmt::format("{}/{}", set_name, name);
    tag["SortOrder"] = position++;
  }
}

/// A tag that is gone must not be in use (TEN-7).
void check_removed(const std::map<std::string, std::string>& before, const std::map<std::string, std::string>& after,
                   const Lookup& lookup, Problems& problems) {
  for (const auto& [id, name] : before) {
    if (after.contains(id)) continue;
    if (const auto uses = lookup.uses(id, 1); !uses.empty()) {
      problems.add(fmt::format("The tag '{}' is used by {} and can't be deleted; remove it there first.", name,
                               uses.front().id));
    }
  }
}

/// Renames the tag in the lists that `path` ("Steps.Actions.TenantTags") leads to.
void rename_tag(json::value& v, std::string_view path, std::string_view from, std::string_view to) {
  if (v.is_array()) {
    for (json::value& item : v.get_array()) rename_tag(item, path, from, to);
  } else if (v.is_object()) {
    const auto dot = path.find('.');
    json::value* member = v.get_object().if_contains(path.substr(0, dot));
    const std::string_view rest = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    if (member != nullptr) rename_tag(*member, rest, from, to);
  } else if (v.is_string() && equals_ignoring_case(json::view(v.get_string()), from)) {
    v = to;
  }
}

/// Documents carry tags by name, so a new name goes wherever the tag is.
Changes rename_everywhere(const std::map<std::string, std::string>& before,
                          const std::map<std::string, std::string>& after, const Lookup& lookup) {
  std::map<std::string, json::value> documents;
  for (const auto& [id, name] : after) {
    const auto old = before.find(id);
    if (old == before.end() || old->second == name) continue;
    for (const auto& use : lookup.uses(id, 1'000'000)) {
      auto document = documents.find(use.id);
      if (document == documents.end())
        document = documents.emplace(use.id, lookup.find(use.id).value_or(json::object())).first;
      rename_tag(document->second, use.field, old->second, name);
    }
  }
  Changes changes;
  for (auto& [id, document] : documents) changes.update.push_back(std::move(document.as_object()));
  return changes;
}

Changes tag_set_hook(const Edit& edit, const Lookup& lookup, Problems& problems) {
  const auto before = names_by_id(edit.before);
  if (edit.is_deletion()) {
    check_removed(before, {}, lookup, problems);
    return {};
  }
  complete_tags(*edit.after, problems);
  const auto after = names_by_id(edit.after);
  check_removed(before, after, lookup, problems);
  return rename_everywhere(before, after, lookup);
}

}  // namespace

Schema tag_set_schema() {
  return {
      .type = "TagSet",
      .collection = "tagsets",
      .id_prefix = "TagSets",
      .fields = {name_field(), description_field(), integer("SortOrder").keeps(),
                 choice("Type", {"MultiSelect", "SingleSelect", "FreeText"}),
                 texts("Scopes").otherwise(json::array{"Tenant"}),
                 objects("Tags", {text("Name").required().as_name().at_most(200), text("CanonicalTagName").server_set(),
                                  text("Color").otherwise("#333333"), text("Description"), integer("SortOrder")})
                     .numbered("Tags")
                     .at_most(1000)},
      .order = Order::by_sort_order,
      .filters = {{"scopes", "Scopes"}},
      .list_template = "{?skip,take,ids,partialName,scopes}",
      .link_name = "TagSets",
      .permissions = {"TenantView", "TagSetCreate", "TagSetEdit", "TagSetDelete"},
      .hook = tag_set_hook,
  };
}

}  // namespace slipway::model
