#include "model/references.h"

#include <fmt/format.h>

#include <algorithm>

namespace slipway::model {
namespace {

using json::array;
using json::object;
using json::value;

bool points_somewhere(const value& v) {
  return v.is_string() && !v.get_string().empty() && json::view(v.get_string()).find("#{") == std::string_view::npos;
}

/// The type of the document that a variable's value is the id of.
std::string named_by_type_of(const object& variable) {
  const std::string_view type = json::text_at(variable, "Type").value_or("");
  return type.ends_with("Account") ? "Account" : std::string(type);
}

class Collector {
 public:
  explicit Collector(std::vector<Edge>& edges) : edges_(edges) {}

  void walk(const std::vector<const Field*>& fields, const object& members, const std::string& path) {
    for (const Field* field : fields) {
      const value* v = members.if_contains(field->name);
      if (v != nullptr) visit(*field, *v, members, path.empty() ? field->name : path + "." + field->name);
    }
  }

 private:
  void visit(const Field& field, const value& v, const object& siblings, const std::string& path) {
    switch (field.kind) {
      case FieldKind::reference:
        add(field, v, path);
        break;
      case FieldKind::references:
      case FieldKind::tags:
        add_all(field, v, path, false);
        break;
      case FieldKind::reference_map:
        if (!v.is_object()) break;
        for (const auto& member : v.get_object()) {
          edges_.push_back({path, std::string(member.key()), &field, false, field.targets});
          add_all(field, member.value(), path + ".*", true);
        }
        break;
      case FieldKind::variable_value:
        if (names_a_document(siblings) && points_somewhere(v)) {
          edges_.push_back(
              {path, std::string(json::view(v.get_string())), &field, false, {named_by_type_of(siblings)}});
        }
        break;
      case FieldKind::scope:
      case FieldKind::object:
        if (v.is_object()) walk(field.fields_in(v.get_object()), v.get_object(), path);
        break;
      case FieldKind::objects:
        if (!v.is_array()) break;
        for (const value& item : v.get_array()) {
          if (item.is_object()) walk(pointers(field), item.get_object(), path);
        }
        break;
      default:
        break;
    }
  }

  void add(const Field& field, const value& v, const std::string& path, bool is_map_item = false) {
    if (!points_somewhere(v)) return;
    edges_.push_back({path, std::string(json::view(v.get_string())), &field, is_map_item,
                      is_map_item ? field.item_targets : field.targets});
  }

  void add_all(const Field& field, const value& list, const std::string& path, bool is_map_item) {
    if (!list.is_array()) return;
    for (const value& item : list.get_array()) add(field, item, path, is_map_item);
  }

  static std::vector<const Field*> pointers(const Field& field) {
    std::vector<const Field*> all;
    for (const Field& f : field.fields) all.push_back(&f);
    return all;
  }

  std::vector<Edge>& edges_;
};

bool is(const value& v, std::string_view text) { return v.is_string() && json::view(v.get_string()) == text; }

void remove_item(value& list, std::string_view target) {
  if (!list.is_array()) return;
  array& items = list.get_array();
  items.erase(std::remove_if(items.begin(), items.end(), [&](const value& item) { return is(item, target); }),
              items.end());
}

void unlink_in(const std::vector<Field>& fields, object& members, std::string_view target);

void unlink_member(const Field& field, value& v, std::string_view target) {
  const bool unlinks = field.on_delete == OnDelete::unlink;
  if (field.kind == FieldKind::object && v.is_object()) {
    unlink_in(field.fields, v.get_object(), target);
    for (const auto& [kind, fields] : field.kinds) unlink_in(fields, v.get_object(), target);
  }
  if (field.kind == FieldKind::objects && v.is_array()) {
    for (value& item : v.get_array()) {
      if (item.is_object()) unlink_in(field.fields, item.get_object(), target);
    }
  }
  if (!unlinks) return;
  if (field.kind == FieldKind::reference && is(v, target)) v = field.fallback;
  if (field.kind == FieldKind::references) remove_item(v, target);
  if (field.kind == FieldKind::reference_map && v.is_object()) {
    v.get_object().stable_erase(target);
    for (auto& member : v.get_object()) remove_item(member.value(), target);
  }
}

void unlink_in(const std::vector<Field>& fields, object& members, std::string_view target) {
  for (const Field& field : fields) {
    if (value* v = members.if_contains(field.name)) unlink_member(field, *v, target);
  }
}

std::string kind_of(const Schema& schema, const object& document) {
  return schema.discriminator.empty() ? "" : std::string(json::text_at(document, schema.discriminator).value_or(""));
}

}  // namespace

bool names_a_document(const json::object& variable) {
  const std::string_view type = json::text_at(variable, "Type").value_or("");
  return type.ends_with("Account") || type == "Certificate" || type == "WorkerPool";
}

std::vector<Edge> edges_of(const Schema& schema, const json::object& document) {
  std::vector<Edge> edges;
  Collector(edges).walk(schema.fields_of(kind_of(schema, document)), document, {});
  return edges;
}

void unlink(const Schema& schema, json::object& document, std::string_view target) {
  unlink_in(schema.fields, document, target);
  if (const auto own = schema.kinds.find(kind_of(schema, document)); own != schema.kinds.end()) {
    unlink_in(own->second, document, target);
  }
}

}  // namespace slipway::model
