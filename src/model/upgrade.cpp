#include "model/upgrade.h"

#include <cstring>
#include <string>
#include <utility>

#include "base/hash.h"
#include "model/merge.h"
#include "model/references.h"
#include "model/values.h"

namespace slipway::model {
namespace {

using json::array;
using json::object;
using json::value;

/// To be raised when code comes to make something else of unchanged declarations: other references, other columns.
constexpr int kRules = 1;

void describe(const std::vector<Field>& fields, array& into) {
  for (const Field& field : fields) {
    array inner, targets;
    describe(field.fields, inner);
    for (const auto& list : {field.targets, field.item_targets}) targets.push_back(json::to_json(list));
    into.push_back(array{value(field.name), static_cast<int>(field.kind), field.fallback, field.is_nullable,
                         field.is_omitted_when_null, value(field.form), value(field.item_ids), std::move(targets),
                         std::move(inner)});
    if (field.kinds.empty()) continue;
    object kinds;
    for (const auto& [name, own] : field.kinds) {
      array of_kind;
      describe(own, of_kind);
      kinds.emplace(name, std::move(of_kind));
    }
    into.push_back(std::move(kinds));
  }
}

class Completion {
 public:
  explicit Completion(const object& document) : document_(document) {}

  /// The members in the order of their declaration, with those that are missing, then the others as they stand. As new
  /// documents have it, so that one which is saved as it was read has not changed.
  object complete(const std::vector<const Field*>& fields, object&& members,
                  const std::vector<std::string_view>& first) const {
    object out;
    for (const std::string_view name : first) move(members, name, out);
    for (const Field* field : fields) {
      value* found = json::find(members, field->name);
      const bool is_missing =
          found == nullptr || (found->is_null() && !field->is_nullable && !field->fallback.is_null());
      if (is_missing && field->is_omitted_when_null) continue;
      value kept = is_missing ? fallback_of(*field) : completed(*field, std::move(*found));
      if (found != nullptr) members.stable_erase(key_of(members, found));
      out.emplace(field->name, std::move(kept));
    }
    for (auto& member : members) out.emplace(member.key(), std::move(member.value()));
    return out;
  }

 private:
  static void move(object& from, std::string_view name, object& to) {
    const auto found = from.find(name);
    if (found == from.end()) return;
    to.emplace(name, std::move(found->value()));
    from.stable_erase(found);
  }

  static object::iterator key_of(object& members, const value* found) {
    auto at = members.begin();
    while (&at->value() != found) ++at;
    return at;
  }

  value fallback_of(const Field& field) const {
    if (!field.form.empty()) return value(fill(field.form, document_));
    if (field.kind == FieldKind::secret) return no_secret();
    return completed(field, field.fallback);
  }

  value completed(const Field& field, value stored) const {
    if (field.kind == FieldKind::object && stored.is_object()) {
      const auto fields = field.fields_in(stored.get_object());
      return complete(fields, std::move(stored.get_object()), {});
    }
    if (field.kind == FieldKind::objects && stored.is_array()) {
      std::vector<std::string_view> first;
      if (!field.item_ids.empty()) first.emplace_back("Id");
      for (value& item : stored.get_array()) {
        if (item.is_object()) item = complete(pointers(field.fields), std::move(item.get_object()), first);
      }
    }
    return stored;
  }

  static std::vector<const Field*> pointers(const std::vector<Field>& fields) {
    std::vector<const Field*> all;
    for (const Field& field : fields) all.push_back(&field);
    return all;
  }

  const object& document_;
};

}  // namespace

Form form_of(const Schema& schema) {
  array common;
  describe(schema.fields, common);
  json::object kinds;
  for (const auto& [name, fields] : schema.kinds) {
    array own;
    describe(fields, own);
    kinds.emplace(name, std::move(own));
  }
  const std::string hash = content_hash(json::to_text(array{
      kRules, static_cast<int>(schema.scope), schema.is_versioned, value(schema.parent), value(schema.discriminator),
      value(schema.name_member), static_cast<int>(schema.order), std::move(common), std::move(kinds)}));
  Form form{schema.version(), 0};
  std::memcpy(&form.shape, hash.data(), sizeof form.shape);
  return form;
}

json::object upgraded(const Schema& schema, std::int64_t version, json::object document) {
  for (auto n = static_cast<std::size_t>(version - 1); n < schema.upgrades.size(); ++n) {
    document = schema.upgrades[n](std::move(document));
  }
  const std::string kind(schema.discriminator.empty() ? ""
                                                      : json::text_at(document, schema.discriminator).value_or(""));
  if (schema.is_versioned) document.emplace("Version", 0);
  const json::object before = document;
  std::vector<std::string_view> first{"Id"};
  if (schema.scope == Scope::space) first.emplace_back("SpaceId");
  if (schema.is_versioned) first.emplace_back("Version");
  return Completion(before).complete(schema.fields_of(kind), std::move(document), first);
}

}  // namespace slipway::model
