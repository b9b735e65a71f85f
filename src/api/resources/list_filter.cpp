#include "api/resources/list_filter.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "api/resources/other_names.h"
#include "base/text.h"
#include "documents/tag_names.h"

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
  documents::TagNames tags(reader, space);
  std::map<std::string, AnyOf> by_set;
  for (const std::string& name : names) {
    const documents::TagIds ids =
        tags.find(name).value_or(documents::TagIds{name, name});  // an unknown tag matches nothing
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

/// Where null counts too unless a flag says otherwise, an absent filter asks for whatever is not null.
void restrict_with_nulls(storage::Reader& reader, storage::ResourceFilter& filter, const std::string& field,
                         const std::vector<std::string>& values, bool with_nulls) {
  std::vector<std::string> ids;
  for (const auto& row : storage::list_resources(reader, filter, storage::everything).items) {
    const json::object document = storage::parse_document(row);
    const json::value* member = document.if_contains(field);
    const bool is_null = member == nullptr || member->is_null();
    if (is_null ? with_nulls : values.empty() || holds(*member, values)) ids.push_back(row.id);
  }
  filter.ids = std::move(ids);
}

/// "Endpoint.CommunicationStyle": the member of the object that stands there.
const json::value* member_at(const json::object& document, std::string_view path) {
  const auto dot = path.find('.');
  const json::value* member = document.if_contains(path.substr(0, dot));
  if (dot == std::string_view::npos || member == nullptr) return member;
  return member->is_object() ? member_at(member->get_object(), path.substr(dot + 1)) : nullptr;
}

/// Documents whose field is set, or those whose is not.
void restrict_to_set(storage::Reader& reader, storage::ResourceFilter& filter, const std::string& field, bool is_set) {
  std::vector<std::string> ids;
  for (const auto& row : storage::list_resources(reader, filter, storage::everything).items) {
    const json::object document = storage::parse_document(row);
    const json::value* member = document.if_contains(field);
    if ((member != nullptr && !member->is_null()) == is_set) ids.push_back(row.id);
  }
  filter.ids = std::move(ids);
}

/// What no column and no reference tells is read from the documents themselves.
void restrict_by_value(storage::Reader& reader, storage::ResourceFilter& filter, const AnyOf& wanted) {
  std::vector<std::string> ids;
  for (const auto& row : storage::list_resources(reader, filter, storage::everything).items) {
    const json::object document = storage::parse_document(row);
    const json::value* member = member_at(document, wanted.field);
    if (member != nullptr && holds(*member, wanted.targets)) ids.push_back(row.id);
  }
  filter.references.reset();
  filter.ids = std::move(ids);
}

bool is_reference(model::FieldKind kind) {
  return kind == model::FieldKind::reference || kind == model::FieldKind::references ||
         kind == model::FieldKind::reference_map;
}

/// Kinds are columns of their own; one that the schema lacks is no document's.
void restrict_to_kinds(storage::Reader& reader, storage::ResourceFilter& filter, const model::Schema& schema,
                       const std::vector<std::string>& values) {
  std::set<std::string> kinds;
  for (const auto& [kind, fields] : schema.kinds) {
    if (std::any_of(values.begin(), values.end(),
                    [&, kind = kind](const auto& v) { return equals_ignoring_case(v, kind); })) {
      kinds.insert(kind);
    }
  }
  if (kinds.size() == 1) {
    filter.kind = *kinds.begin();
    return;
  }
  std::vector<std::string> ids;
  for (const std::string& kind : kinds) {
    filter.kind = kind;
    for (const auto& row : storage::list_resources(reader, filter, storage::everything).items) ids.push_back(row.id);
  }
  filter.kind.clear();
  filter.ids = std::move(ids);
}

/// "TenantId.ProjectEnvironments": documents of an owner that references one of the values in that field.
void restrict_by_owner(storage::Reader& reader, storage::ResourceFilter& filter, const model::Catalogue& catalogue,
                       const model::Field& owner, const AnyOf& wanted) {
  storage::ResourceFilter owners;
  owners.type = catalogue.get(owner.targets.front()).type;
  owners.space = filter.space;
  const std::set<std::string> matched = matching(reader, owners, wanted);
  std::vector<std::string> ids;
  for (const auto& row : storage::list_resources(reader, filter, storage::everything).items) {
    if (matched.contains(row.parent)) ids.push_back(row.id);
  }
  filter.ids = std::move(ids);
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
    if (declared.asks_if_set) {
      if (values.empty() && filter.ids) continue;
      restrict_to_set(reader, filter, declared.field, call.asks(declared.parameter));
      continue;
    }
    if (!declared.null_flag.empty()) {
      if (values == std::vector<std::string>{"all"}) values.clear();
      const std::string_view flag = call.query.find(declared.null_flag).value_or("");
      const bool with_nulls =
          values.empty() ? !equals_ignoring_case(flag, "false") : equals_ignoring_case(flag, "true");
      if (!values.empty() || !with_nulls) restrict_with_nulls(reader, filter, declared.field, values, with_nulls);
      continue;
    }
    if (values.empty()) continue;
    if (declared.field == schema.discriminator) {
      restrict_to_kinds(reader, filter, schema, values);
      continue;
    }
    const auto dot = declared.field.find('.');
    const model::Field* field = schema.find_field(declared.field.substr(0, dot));
    if (dot != std::string::npos && field->kind == model::FieldKind::object) {
      values_wanted.push_back({declared.field, std::move(values)});
    } else if (dot != std::string::npos) {
      restrict_by_owner(reader, filter, call.services.catalogue, *field,
                        {declared.field.substr(dot + 1), std::move(values)});
    } else if (field->kind == model::FieldKind::tags) {
      for (AnyOf& any : by_tags(reader, call.space, declared.field, values)) conditions.push_back(std::move(any));
    } else {
      (is_reference(field->kind) ? conditions : values_wanted).push_back({declared.field, std::move(values)});
    }
  }
  if (!conditions.empty()) restrict(reader, filter, conditions);
  for (const AnyOf& wanted : values_wanted) restrict_by_value(reader, filter, wanted);
  return filter;
}

void restrict_to_owner(storage::Reader& reader, storage::ResourceFilter& filter, const model::Schema& schema,
                       const std::string& field, const std::string& owner) {
  if (field == schema.parent) {
    filter.parent = owner;
    return;
  }
  if (filter.references) {  // there is room for one, and what the query asks for holds as well
    std::vector<std::string> ids;
    for (const auto& row : storage::list_resources(reader, filter, storage::everything).items) ids.push_back(row.id);
    filter.ids = std::move(ids);
  }
  filter.references.emplace(field, owner);
}

}  // namespace slipway::api
