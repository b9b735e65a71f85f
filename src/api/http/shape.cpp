#include "api/http/shape.h"

#include <fmt/format.h>

namespace slipway::api::shape {
namespace {

constexpr std::string_view kNamesAreIds = "x-names-are-ids";

}  // namespace

json::object text() { return {{"type", "string"}}; }
json::object whole_number() { return {{"type", "integer"}, {"format", "int64"}}; }
json::object flag() { return {{"type", "boolean"}}; }
json::object time() { return {{"type", "string"}, {"format", "date-time"}}; }
json::object anything() { return {}; }

json::object choice(std::initializer_list<std::string_view> texts) {
  json::array choices;
  for (const std::string_view choice : texts) choices.emplace_back(choice);
  return {{"type", "string"}, {"enum", std::move(choices)}};
}

/// A reference takes nothing beside it, so its null stands around it.
json::object or_null(json::object shape) {
  if (shape.contains("$ref")) shape = json::object{{"allOf", json::array{std::move(shape)}}};
  if (shape.empty()) return shape;
  shape["nullable"] = true;
  return shape;
}

json::object list_of(json::object items) { return {{"type", "array"}, {"items", std::move(items)}}; }

json::object map_of(json::object values) { return {{"type", "object"}, {"additionalProperties", std::move(values)}}; }

json::object one(std::string_view component) { return {{"$ref", fmt::format("#/components/schemas/{}", component)}}; }

json::object page_of(json::object items) {
  return object({{"ItemType", text()},
                 {"TotalResults", whole_number()},
                 {"ItemsPerPage", whole_number()},
                 {"NumberOfPages", whole_number()},
                 {"LastPageNumber", whole_number()},
                 {"IsStale", flag()},
                 {"Items", list_of(std::move(items))},
                 {"Links", links()}});
}

json::object object(std::initializer_list<std::pair<std::string_view, json::object>> members) {
  json::object properties;
  json::array required;
  for (const auto& [name, shape] : members) {
    properties.emplace(name, shape);
    required.emplace_back(name);
  }
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

json::object nothing() { return {{"type", "object"}, {"properties", json::object()}}; }

json::object like(const json::value& example) {
  if (example.is_bool()) return flag();
  if (example.is_number()) return whole_number();
  if (example.is_string()) return text();
  if (const json::array* items = example.if_array()) {
    return list_of(items->empty() ? anything() : like(items->front()));
  }
  const json::object* members = example.if_object();
  if (members == nullptr) return anything();
  json::object shape = object({});
  for (const auto& member : *members) {
    const bool is_links = member.key() == "Links";
    shape["properties"].as_object().emplace(member.key(), is_links ? links() : like(member.value()));
    shape["required"].as_array().push_back(json::value(member.key()));
  }
  if (members->empty()) return nothing();
  return shape;
}

json::object links() { return map_of(text()); }

json::object by_id(json::object map) {
  map.emplace(kNamesAreIds, true);
  return map;
}

bool ignores_case_of_names(const json::object& shape) {
  return shape.contains("properties") || shape.contains(kNamesAreIds);
}

json::object detail::body(json::object properties, std::initializer_list<std::string_view> required) {
  json::object shape{{"type", "object"}, {"properties", std::move(properties)}};
  json::array names;
  for (const std::string_view name : required) names.emplace_back(name);
  if (!names.empty()) shape.emplace("required", std::move(names));
  return shape;
}

}  // namespace slipway::api::shape
