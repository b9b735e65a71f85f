#include "model/schema.h"

#include <utility>

namespace slipway::model {
namespace {

Field field(std::string name, FieldKind kind, json::value fallback) {
  Field f;
  f.name = std::move(name);
  f.kind = kind;
  f.fallback = std::move(fallback);
  return f;
}

Field list_field(std::string name, FieldKind kind) {
  return field(std::move(name), kind, json::array()).at_most(10'000);
}

}  // namespace

Field text(std::string name) { return field(std::move(name), FieldKind::text, ""); }
Field integer(std::string name, std::int64_t otherwise) {
  return field(std::move(name), FieldKind::integer, otherwise);
}
Field flag(std::string name, bool otherwise) { return field(std::move(name), FieldKind::flag, otherwise); }

Field choice(std::string name, std::vector<std::string> choices) {
  Field f = field(std::move(name), FieldKind::choice, json::value(std::string_view(choices.front())));
  f.choices = std::move(choices);
  return f;
}

Field time(std::string name) { return field(std::move(name), FieldKind::time, nullptr).nullable(); }

Field reference(std::string name, std::vector<std::string> targets) {
  Field f = field(std::move(name), FieldKind::reference, nullptr).nullable();
  f.targets = std::move(targets);
  return f;
}

Field references(std::string name, std::vector<std::string> targets) {
  Field f = list_field(std::move(name), FieldKind::references);
  f.targets = std::move(targets);
  return f;
}

Field reference_map(std::string name, std::vector<std::string> keys, std::vector<std::string> items) {
  Field f = field(std::move(name), FieldKind::reference_map, json::object());
  f.targets = std::move(keys);
  f.item_targets = std::move(items);
  return f;
}

Field texts(std::string name) { return list_field(std::move(name), FieldKind::texts); }
Field scope(std::string name, std::vector<Field> dimensions) {
  Field f = field(std::move(name), FieldKind::scope, json::object());
  f.fields = std::move(dimensions);
  return f;
}
Field tags(std::string name) { return list_field(std::move(name), FieldKind::tags); }

Field object(std::string name, std::vector<Field> fields) {
  Field f = field(std::move(name), FieldKind::object, json::object());
  f.fields = std::move(fields);
  return f;
}

Field object_of_kinds(std::string name, std::vector<Field> fields, std::map<std::string, std::vector<Field>> kinds) {
  Field f = object(std::move(name), std::move(fields));
  f.discriminator = f.fields.front().name;
  f.kinds = std::move(kinds);
  return f;
}

Field objects(std::string name, std::vector<Field> fields) {
  Field f = list_field(std::move(name), FieldKind::objects);
  f.fields = std::move(fields);
  f.item_ids = "uuid";
  return f;
}

Field text_map(std::string name) { return field(std::move(name), FieldKind::text_map, json::object()); }
Field properties(std::string name) { return field(std::move(name), FieldKind::properties, json::object()); }
Field secret(std::string name) { return field(std::move(name), FieldKind::secret, nullptr); }
Field text_or_secret(std::string name) { return field(std::move(name), FieldKind::text_or_secret, ""); }
Field variable_value(std::string name) { return field(std::move(name), FieldKind::variable_value, nullptr).nullable(); }
Field anything(std::string name, json::value otherwise) {
  return field(std::move(name), FieldKind::json, std::move(otherwise));
}

Field name_field(std::size_t max_length) { return text("Name").required().as_name().at_most(max_length); }
Field slug_field() { return text("Slug").keeps().at_most(250); }
Field description_field() { return text("Description"); }

Permissions permissions_of(std::string_view subject) {
  const std::string s(subject);
  return {s + "View", s + "Create", s + "Edit", s + "Delete"};
}

std::vector<const Field*> Field::fields_in(const json::object& members) const {
  std::vector<const Field*> all;
  for (const Field& f : fields) all.push_back(&f);
  if (discriminator.empty()) return all;
  const json::value* kind = json::find(members, discriminator);
  if (kind == nullptr || !kind->is_string()) return all;
  if (const auto own = kinds.find(std::string(json::view(kind->get_string()))); own != kinds.end()) {
    for (const Field& f : own->second) all.push_back(&f);
  }
  return all;
}

std::vector<const Field*> Schema::fields_of(std::string_view kind) const {
  std::vector<const Field*> all;
  for (const Field& f : fields) all.push_back(&f);
  if (const auto own = kinds.find(std::string(kind)); own != kinds.end()) {
    for (const Field& f : own->second) all.push_back(&f);
  }
  return all;
}

const Field* Schema::find_field(std::string_view field_name) const {
  const auto in = [&](const std::vector<Field>& candidates) -> const Field* {
    for (const Field& f : candidates) {
      if (f.name == field_name) return &f;
    }
    return nullptr;
  };
  if (const Field* found = in(fields)) return found;
  for (const auto& [kind, own] : kinds) {
    if (const Field* found = in(own)) return found;
  }
  return nullptr;
}

}  // namespace slipway::model
