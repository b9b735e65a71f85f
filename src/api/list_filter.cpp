#include "api/list_filter.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "api/other_names.h"
#include "api/stored_document.h"
#include "api/tag_names.h"
#include "base/text.h"

namespace slipway::api {
namespace {

/// Documents must reference one of these targets in that field.
struct AnyOf {
  std::string field;
  std::vector<std::string> targets;
};

/// Tags select with "or" within one set and "and" across sets (TEN-6).
std::vector<AnyOf> by_tags(storage::Reader& reader, const std::string& space, const std::string& field,
                           const std::vector<std::string>& names) {
  TagNames tags(reader, space);
  std::map<std::string, AnyOf> by_set;
  for (const std::string& name : names) {
    const TagIds ids = tags.find(name).value_or(TagIds{name, name});  // an unknown tag matches nothing
    AnyOf& any = by_set[ids.set];
    any.field = field;
    any.targets.push_back(ids.tag.empty() ? ids.set : ids.tag);
  }
  std::vector<AnyOf> all;
  for (auto& [set, any] : by_set) all.push_back(std::move(any));
  return all;
}

std::set<std::string> matching(storage::Reader& reader, storage::ResourceFilter filter, const AnyOf& any) {
  std::set<std::string> ids;
  for (const std::string& target : any.targets) {
    filter.references.emplace(any.field, target);
    for (const auto& row : storage::list_resources(reader, filter, storage::everything).items) ids.insert(row.id);
  }
  return ids;
}

/// One target is the store's own filter; more become a list of ids.
void restrict(storage::Reader& reader, storage::ResourceFilter& filter, const std::vector<AnyOf>& conditions) {
  if (conditions.size() == 1 && conditions.front().targets.size() == 1) {
    filter.references.emplace(conditions.front().field, conditions.front().targets.front());
    return;
  }
  for (const AnyOf& condition : conditions) {
    const std::set<std::string> ids = matching(reader, filter, condition);
    filter.ids.emplace(ids.begin(), ids.end());
  }
}

/// Does the member hold one of the texts, itself or in its list?
bool holds(const json::value& member, const std::vector<std::string>& texts) {
  if (const json::array* items = member.if_array()) {
    return std::any_of(items->begin(), items->end(), [&](const json::value& item) { return holds(item, texts); });
  }
  const std::string text = member.is_string() ? std::string(json::view(member.get_string())) : json::to_text(member);
  return std::any_of(texts.begin(), texts.end(), [&](const auto& t) { return equals_ignoring_case(t, text); });
}

/// What no column and no reference tells is read from the documents themselves.
void restrict_by_value(storage::Reader& reader, storage::ResourceFilter& filter, const AnyOf& wanted) {
  std::vector<std::string> ids;
  for (const auto& row : storage::list_resources(reader, filter, storage::everything).items) {
    const json::object document = parse_document(row);
    const json::value* member = document.if_contains(wanted.field);
    if (member != nullptr && holds(*member, wanted.targets)) ids.push_back(row.id);
  }
  filter.references.reset();
  filter.ids = std::move(ids);
}

bool is_reference(model::FieldKind kind) {
  return kind == model::FieldKind::reference || kind == model::FieldKind::references ||
         kind == model::FieldKind::reference_map;
}

}  // namespace

storage::ResourceFilter list_filter(const Call& call, storage::Reader& reader, const model::Schema& schema) {
  storage::ResourceFilter filter;
  filter.type = schema.type;
  if (schema.scope == model::Scope::space) filter.space = call.space;
  if (auto ids = call.query.list("ids"); !ids.empty()) filter.ids = std::move(ids);
  const auto text = [&](std::string_view name) -> std::optional<std::string> {
    const auto value = call.query.find(name);
    return value && !value->empty() ? std::optional(std::string(*value)) : std::nullopt;
  };
  filter.name = text("name");
  filter.partial_name = text("partialName");
  if (!filter.partial_name) filter.partial_name = text("filter");
  admit_other_names(reader, filter);

  std::vector<AnyOf> conditions, values_wanted;
  for (const model::Filter& declared : schema.filters) {
    auto values = call.query.list(declared.parameter);
    if (values.empty()) continue;
    if (declared.field == schema.discriminator) {
      if (values.size() == 1 && schema.kinds.contains(values.front())) filter.kind = values.front();
      continue;
    }
    const model::Field* field = schema.find_field(declared.field);
    if (field->kind == model::FieldKind::tags) {
      for (AnyOf& any : by_tags(reader, call.space, declared.field, values)) conditions.push_back(std::move(any));
    } else {
      (is_reference(field->kind) ? conditions : values_wanted).push_back({declared.field, std::move(values)});
    }
  }
  if (!conditions.empty()) restrict(reader, filter, conditions);
  for (const AnyOf& wanted : values_wanted) restrict_by_value(reader, filter, wanted);
  return filter;
}

void restrict_to_owner(storage::ResourceFilter& filter, const model::Schema& schema, const std::string& field,
                       const std::string& owner) {
  if (field == schema.parent) {
    filter.parent = owner;
  } else {
    filter.references.emplace(field, owner);
  }
}

}  // namespace slipway::api
