#include "api/open_api.h"

#include <fmt/format.h>

#include <memory>

#include "base/text.h"

namespace slipway::api {
namespace {

using json::array;
using json::object;
using model::Field;
using model::FieldKind;

object schema_of(const std::vector<Field>& fields);

object list_of(object items) { return {{"type", "array"}, {"items", std::move(items)}}; }
object map_of(object values) { return {{"type", "object"}, {"additionalProperties", std::move(values)}}; }
object pointer_to(std::string_view component) { return {{"$ref", fmt::format("#/components/schemas/{}", component)}}; }

object schema_of(const Field& field) {
  const object text{{"type", "string"}};
  switch (field.kind) {
    case FieldKind::text:
      return {{"type", "string"}, {"maxLength", field.max_length}};
    case FieldKind::integer:
      return {{"type", "integer"}, {"format", "int64"}};
    case FieldKind::flag:
      return {{"type", "boolean"}};
    case FieldKind::time:
      return {{"type", "string"}, {"format", "date-time"}};
    case FieldKind::reference:
      return {{"type", "string"}, {"description", fmt::format("Id of: {}.", fmt::join(field.targets, " or "))}};
    case FieldKind::references:
    case FieldKind::texts:
    case FieldKind::tags:
      return list_of(text);
    case FieldKind::reference_map:
    case FieldKind::text_lists:
      return map_of(list_of(text));
    case FieldKind::object:
      return schema_of(field.fields);
    case FieldKind::objects:
      return list_of(schema_of(field.fields));
    case FieldKind::text_map:
      return map_of(text);
    case FieldKind::secret:
      return pointer_to("SensitiveValue");
    case FieldKind::properties:
      return map_of(object{{"oneOf", array{text, pointer_to("SensitiveValue")}}});
    case FieldKind::text_or_secret:
      return {{"oneOf", array{text, pointer_to("SensitiveValue")}}};
    case FieldKind::variable_value:
      return text;
    case FieldKind::json:
      return {};
    case FieldKind::choice: {
      array choices;
      for (const std::string& choice : field.choices) choices.emplace_back(choice);
      return {{"type", "string"}, {"enum", std::move(choices)}};
    }
  }
  return {};
}

object schema_of(const std::vector<Field>& fields) {
  object properties;
  array required;
  for (const Field& field : fields) {
    object described = schema_of(field);
    if (field.is_nullable) described["nullable"] = true;
    if (field.is_server_set) described["readOnly"] = true;
    properties.emplace(field.name, std::move(described));
    if (field.is_required) required.emplace_back(field.name);
  }
  object out{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) out.emplace("required", std::move(required));
  return out;
}

/// The members that every document has, the type's own, and those of its kinds.
object component_of(const model::Schema& schema) {
  std::vector<Field> fields = schema.fields;
  object own = schema_of(fields);
  object& properties = own["properties"].as_object();
  object all{{"Id", object{{"type", "string"}, {"readOnly", true}}}};
  if (schema.scope == model::Scope::space) all.emplace("SpaceId", object{{"type", "string"}});
  if (schema.is_versioned) all.emplace("Version", object{{"type", "integer"}});
  for (auto& member : properties) all.emplace(member.key(), std::move(member.value()));
  for (const auto& [kind, more] : schema.kinds) {
    for (const Field& field : more) {
      if (all.contains(field.name)) continue;
      object described = schema_of(field);
      described.emplace("description", fmt::format("Where {} is {}.", schema.discriminator, kind));
      all.emplace(field.name, std::move(described));
    }
  }
  all.emplace("Links", map_of({{"type", "string"}}));
  own["properties"] = std::move(all);
  return own;
}

object components(const model::Catalogue& catalogue) {
  object schemas{
      {"SensitiveValue", object{{"type", "object"},
                                {"properties", object{{"HasValue", object{{"type", "boolean"}}},
                                                      {"NewValue", object{{"type", "string"}, {"nullable", true}}}}}}},
      {"Error", object{{"type", "object"},
                       {"properties", object{{"ErrorMessage", object{{"type", "string"}}},
                                             {"Errors", list_of({{"type", "string"}})}}}}}};
  for (const model::Schema& schema : catalogue.all()) schemas.emplace(schema.type, component_of(schema));
  return schemas;
}

array parameters_of(const Route& route) {
  array parameters;
  const auto add = [&](std::string_view name) {
    parameters.push_back(
        object{{"name", name}, {"in", "path"}, {"required", true}, {"schema", object{{"type", "string"}}}});
  };
  if (route.scope == RouteScope::space) add("spaceId");
  for (const std::string_view segment : split(route.pattern, '/')) {
    if (segment.starts_with('{')) add(segment.substr(1, segment.size() - 2));
  }
  return parameters;
}

object operation_of(const Route& route) {
  object content;
  if (!route.schema.empty() && route.method != "DELETE") {
    content = {{"application/json", object{{"schema", pointer_to(route.schema)}}}};
  }
  object operation{
      {"summary", route.summary},
      {"parameters", parameters_of(route)},
      {"responses",
       object{
           {route.method == "POST" ? "201" : "200", object{{"description", "Done."}, {"content", content}}},
           {"default", object{{"description", "It failed."},
                              {"content", object{{"application/json", object{{"schema", pointer_to("Error")}}}}}}}}}};
  if (route.permission != anyone && route.permission != authenticated)
    operation.emplace("x-permission", route.permission);
  if (route.permission == anyone) operation.emplace("security", array());
  const bool has_body = route.method == "POST" || route.method == "PUT";
  if (has_body && !content.empty()) operation.emplace("requestBody", object{{"content", std::move(content)}});
  return operation;
}

std::string path_of(const Route& route) {
  if (route.pattern.starts_with('/')) return route.pattern;
  if (route.pattern == "space root") return "/api/{spaceId}";
  const std::string prefix = route.scope == RouteScope::space ? "/api/{spaceId}" : "/api";
  return route.pattern.empty() ? prefix : fmt::format("{}/{}", prefix, route.pattern);
}

}  // namespace

json::object open_api(const std::vector<Route>& routes, const model::Catalogue& catalogue) {
  object paths;
  for (const Route& route : routes) {
    json::value& path = paths[path_of(route)];
    if (path.is_null()) path = object();
    path.as_object().emplace(to_lower_ascii(route.method), operation_of(route));
  }
  return {{"openapi", "3.0.3"},
          {"info", object{{"title", "Slipway"}, {"version", SLIPWAY_VERSION}}},
          {"security", array{object{{"ApiKey", array()}}}},
          {"paths", std::move(paths)},
          {"components",
           object{{"schemas", components(catalogue)},
                  {"securitySchemes",
                   object{{"ApiKey", object{{"type", "apiKey"}, {"in", "header"}, {"name", "X-Octopus-ApiKey"}}}}}}}};
}

Route open_api_route(const std::vector<Route>& described, const model::Catalogue& catalogue) {
  Route route{"GET", "openapi.json", std::string(anyone), "This document.", ReadHandler(), RouteScope::system};
  std::vector<Route> all = described;
  all.push_back(route);
  // Made when asked for: it is large, and most servers never are.
  route.handler = ReadHandler([all = std::make_shared<const std::vector<Route>>(std::move(all)), &catalogue](
                                  Call&, storage::Reader&) { return json_response(200, open_api(*all, catalogue)); });
  return route;
}

}  // namespace slipway::api
