#include "api/http/open_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "api/delivery/delivery_shapes.h"
#include "api/http/shape.h"
#include "base/hash.h"
#include "base/text.h"

namespace slipway::api {
namespace {

using json::array;
using json::object;
using model::Field;
using model::FieldKind;
using shape::anything, shape::flag, shape::links, shape::list_of, shape::map_of, shape::one, shape::or_null,
    shape::text, shape::whole_number;

object schema_of(const std::vector<Field>& fields);
object object_of(const Field& field);

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

object schema_of(const Field& field) {
  switch (field.kind) {
    case FieldKind::text:
      return {{"type", "string"}, {"maxLength", field.max_length}};
    case FieldKind::integer:
      return whole_number();
    case FieldKind::flag:
      return flag();
    case FieldKind::time:
      return or_null(shape::time());
    case FieldKind::reference: {
      object id{{"type", "string"}, {"description", fmt::format("Id of: {}.", fmt::join(field.targets, " or "))}};
      return field.is_required ? id : or_null(std::move(id));
    }
    case FieldKind::references:
    case FieldKind::texts:
    case FieldKind::tags:
      return list_of(text());
    case FieldKind::reference_map:
      return shape::by_id(map_of(list_of(text())));
    case FieldKind::scope: {
      object dimensions = schema_of(field.fields);
      dimensions["additionalProperties"] = list_of(text());
      return dimensions;
    }
    case FieldKind::object:
      return object_of(field);
    case FieldKind::objects:
      return list_of(schema_of(field.fields));
    case FieldKind::text_map:
      return map_of(text());
    case FieldKind::secret:
      return one("SensitiveValue");
    case FieldKind::properties:
      return map_of(one("TextOrSensitiveValue"));
    case FieldKind::text_or_secret:
      return one("TextOrSensitiveValue");
    case FieldKind::variable_value:
      return or_null(text());
    case FieldKind::json:
      return anything();
    case FieldKind::choice: {
      array choices;
      for (const std::string& choice : field.choices) choices.emplace_back(choice);
      return {{"type", "string"}, {"enum", std::move(choices)}};
    }
  }
  return {};
}

/// What clients send for it is ignored.
object read_only(object shape) {
  if (shape.contains("$ref")) shape = object{{"allOf", array{std::move(shape)}}};
  shape["readOnly"] = true;
  return shape;
}

object described(const Field& field) {
  object shape = schema_of(field);
  if (field.is_nullable) shape = or_null(std::move(shape));
  return field.is_server_set && !shape.empty() ? read_only(std::move(shape)) : shape;
}

/// Members that the server does not know are kept, so others may stand beside these.
object schema_of(const std::vector<Field>& fields) {
  object properties;
  array required;
  for (const Field& field : fields) {
    properties.emplace(field.name, described(field));
    if (field.is_required) required.emplace_back(field.name);
  }
  object out{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", true}};
  if (!required.empty()) out.emplace("required", std::move(required));
  return out;
}

/// The members of all its kinds, of which each kind has some.
object object_of(const Field& field) {
  object shape = schema_of(field.fields);
  if (field.kinds.empty()) return shape;
  std::vector<std::string> kinds;
  object& properties = shape["properties"].as_object();
  for (const auto& [kind, fields] : field.kinds) {
    std::vector<std::string_view> names;
    for (const Field& own : fields) {
      names.push_back(own.name);
      properties.emplace(own.name, described(own));
    }
    kinds.push_back(names.empty() ? kind : fmt::format("{} ({})", kind, fmt::join(names, ", ")));
  }
  shape["description"] =
      fmt::format("By {}: {}. Of others, all members are kept.", field.discriminator, fmt::join(kinds, "; "));
  return shape;
}

/// The members that every document has, the type's own, and those of `kind` ("" = of the only one).
object document_of(const model::Schema& schema, std::string_view kind) {
  std::vector<Field> fields;
  for (const Field* field : schema.fields_of(kind)) fields.push_back(*field);
  object own = schema_of(fields);
  object all{{"Id", read_only(text())}};
  if (schema.scope == model::Scope::space) all.emplace("SpaceId", object{{"type", "string"}});
  if (schema.is_versioned) all.emplace("Version", whole_number());
  if (!schema.own_flag.empty()) all.emplace(schema.own_flag, read_only(flag()));
  for (const model::Passed& passed : schema.passed) all.emplace(passed.name, read_only(flag()));
  for (auto& member : own["properties"].as_object()) all.emplace(member.key(), std::move(member.value()));
  all.emplace("Links", read_only(links()));
  if (!kind.empty()) {
    all[schema.discriminator] = object{{"type", "string"}, {"enum", array{json::value(kind)}}};
    json::value& required = own["required"];
    if (required.is_null()) required = array();
    const json::value name(schema.discriminator);
    if (std::ranges::find(required.as_array(), name) == required.as_array().end()) required.as_array().push_back(name);
  }
  own["properties"] = std::move(all);
  if (!schema.no_effect.empty()) {
    own["description"] = schema.no_effect;
    own["x-slipway-effect"] = "none";
  }
  return own;
}

/// Documents of different kinds have different members, so each kind is described by itself.
bool has_kinds_of_its_own(const model::Schema& schema) {
  return std::ranges::any_of(schema.kinds, [](const auto& kind) { return !kind.second.empty(); });
}

/// "DockerFeed", "UsernamePasswordAccount", "StaticWorkerPool".
std::string component_of_kind(const model::Schema& schema, const std::string& kind) {
  return kind.ends_with(schema.type) ? kind : kind + schema.type;
}

/// Adds the type's component, and one for each of its kinds.
void add_components(object& schemas, const model::Schema& schema) {
  if (!has_kinds_of_its_own(schema)) {
    schemas.emplace(schema.type, document_of(schema, ""));
    return;
  }
  array choices;
  object mapping;
  for (const auto& [kind, fields] : schema.kinds) {
    object reference = one(component_of_kind(schema, kind));
    mapping.emplace(kind, reference.at("$ref"));
    choices.push_back(std::move(reference));
  }
  schemas.emplace(
      schema.type,
      object{{"oneOf", std::move(choices)},
             {"discriminator", object{{"propertyName", schema.discriminator}, {"mapping", std::move(mapping)}}}});
  for (const auto& [kind, fields] : schema.kinds) {
    schemas.emplace(component_of_kind(schema, kind), document_of(schema, kind));
  }
}

/// Some members of a document under names of their own.
object view_of(const model::Schema& schema, const model::View& view) {
  object properties{{"Id", read_only(text())}, {"SpaceId", read_only(text())}, {view.owner_field, read_only(text())}};
  for (const auto& [name, member] : view.members) properties.emplace(name, described(*schema.find_field(member)));
  properties.emplace("Links", read_only(links()));
  return {{"type", "object"}, {"properties", std::move(properties)}};
}

/// What resources compute for a read; see derived_component.
object derived_components() {
  const auto ids = list_of(shape::object({{"Id", text()}}));
  const auto connection = shape::object({{"MachineId", text()},
                                         {"Status", text()},
                                         {"Logs", list_of(anything())},
                                         {"CurrentTentacleVersion", text()},
                                         {"LastChecked", or_null(shape::time())},
                                         {"Links", links()}});
  return {{"LifecyclePreview", object{{"allOf", array{one("Lifecycle")}}}},
          {"ProjectSummary", shape::object({{"HasDeploymentProcess", flag()}, {"HasRunbooks", flag()}})},
          {"ActionTemplateUsage", list_of(shape::object({{"ActionTemplateId", text()},
                                                         {"Version", text()},
                                                         {"DeploymentProcessId", text()},
                                                         {"StepId", text()},
                                                         {"StepName", text()},
                                                         {"ActionId", text()},
                                                         {"ActionName", text()},
                                                         {"ProjectId", text()},
                                                         {"ProjectName", text()},
                                                         {"ProjectSlug", text()}}))},
          {"CertificateUsages", shape::object({{"ProjectUsages", ids},
                                               {"LibraryVariableSetUsages", ids},
                                               {"TenantUsages", ids},
                                               {"DeploymentTargetUsages", ids}})},
          {"DeploymentTargetConnection", connection},
          {"WorkerConnection", connection},
          {"LibraryVariableSetUsages", shape::object({{"Projects", list_of(shape::object({{"ProjectId", text()}}))}})},
          {"AccountUsages", shape::object({{"DeploymentProcesses", ids},
                                           {"LibraryVariableSets", ids},
                                           {"ProjectVariableSets", ids},
                                           {"Releases", ids},
                                           {"RunbookProcesses", ids},
                                           {"RunbookSnapshots", ids},
                                           {"Targets", ids}})}};
}

object shape_of(QueryKind kind) {
  switch (kind) {
    case QueryKind::text:
      return text();
    case QueryKind::texts:
      return list_of(text());
    case QueryKind::number:
      return whole_number();
    case QueryKind::flag:
      return flag();
    case QueryKind::time:
      return shape::time();
  }
  return text();
}

array parameters_of(const Route& route) {
  array parameters;
  const auto add = [&](std::string_view name) {
    parameters.push_back(object{{"name", name}, {"in", "path"}, {"required", true}, {"schema", text()}});
  };
  if (route.scope == RouteScope::space) add("spaceId");
  for (const std::string_view segment : split(route.pattern, '/')) {
    if (segment.starts_with('{')) add(segment.substr(1, segment.size() - 2));
  }
  for (const QueryParameter& parameter : route.query) {
    object described{{"name", parameter.name}, {"in", "query"}, {"schema", shape_of(parameter.kind)}};
    if (parameter.kind == QueryKind::texts) described.emplace("explode", false);  // a,b; repeating works, too
    parameters.push_back(std::move(described));
  }
  return parameters;
}

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// "getProjectsByIdChannels": what generated clients name the call.
std::string operation_id(const Route& route) {
  std::string id = to_lower_ascii(route.method);
  for (const std::string_view segment : split(route.pattern, '/')) {
    if (segment.starts_with('{')) id += "By";
    bool begins = true;
    for (const char c : segment) {
      if (is_letter_or_digit(c)) id += begins ? upper(c) : c;
      begins = !is_letter_or_digit(c);
    }
  }
  return route.pattern.empty() ? id + "Root" : id;
}

object content_of(const std::string& media, const object& shape) { return {{media, object{{"schema", shape}}}}; }

object operation_of(const Route& route) {
  object responses;
  for (const int status : route.statuses) {
    responses.emplace(
        std::to_string(status),
        object{{"description", "Done."}, {"content", content_of(route.media, route.answer.value_or(anything()))}});
  }
  responses.emplace("default",
                    object{{"description", "It failed."}, {"content", content_of("application/json", one("Error"))}});
  object operation{{"operationId", operation_id(route)},
                   {"summary", route.summary},
                   {"parameters", parameters_of(route)},
                   {"responses", std::move(responses)}};
  if (route.permission != kAnyone && route.permission != kAuthenticated)
    operation.emplace("x-permission", route.permission);
  if (route.permission == kAnyone) operation.emplace("security", array());
  if (route.body) {
    const bool is_needed = route.body->contains("required") || route.body->contains("$ref");
    operation.emplace("requestBody",
                      object{{"required", is_needed}, {"content", content_of("application/json", *route.body)}});
  }
  return operation;
}

std::string path_of(const Route& route) {
  if (route.pattern.starts_with('/')) return route.pattern;
  if (route.pattern == "space root") return "/api/{spaceId}";
  const std::string prefix = route.scope == RouteScope::space ? "/api/{spaceId}" : "/api";
  return route.pattern.empty() ? prefix : fmt::format("{}/{}", prefix, route.pattern);
}

}  // namespace

json::object shape_of(const std::vector<model::Field>& fields) { return schema_of(fields); }

json::object component_schemas(const model::Catalogue& catalogue) {
  object schemas{
      {"SensitiveValue",
       object{{"type", "object"},
              {"properties", object{{"HasValue", flag()}, {"NewValue", or_null(text())}, {"Hint", or_null(text())}}}}},
      {"TextOrSensitiveValue", object{{"oneOf", array{text(), one("SensitiveValue")}}}},
      {"Error", object{{"type", "object"},
                       {"properties",
                        object{{"ErrorMessage", text()}, {"Errors", list_of(text())}, {"HelpText", or_null(text())}}},
                       {"required", array{"ErrorMessage"}}}}};
  for (const model::Schema& schema : catalogue.all()) {
    add_components(schemas, schema);
    for (const model::View& view : schema.views) schemas.emplace(view.type, view_of(schema, view));
  }
  for (auto& part : {delivery_components(), derived_components()}) {
    for (const auto& component : part) schemas.emplace(component.key(), component.value());
  }
  return schemas;
}

std::string derived_component(const model::Schema& schema, const model::Derived& derived) {
  return schema.type + upper(derived.segment.front()) + derived.segment.substr(1);
}

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
           object{{"schemas", component_schemas(catalogue)},
                  {"securitySchemes",
                   object{{"ApiKey", object{{"type", "apiKey"}, {"in", "header"}, {"name", "X-Octopus-ApiKey"}}}}}}}};
}

namespace {

/// The document as it is sent: made once, when first asked for, since most servers never are.
class Document {
 public:
  Document(std::vector<Route> routes, const model::Catalogue& catalogue)
      : routes_(std::move(routes)), catalogue_(catalogue) {}

  net::Response answer(const net::Request& request) const {
    std::call_once(made_, [&] {
      text_ = json::to_text(open_api(routes_, catalogue_));
      tag_ = '"' + to_hex(content_hash(text_)) + '"';
    });
    const bool is_known = request.headers.find("If-None-Match") == tag_;
    net::Response response = json_response(is_known ? 304 : 200, is_known ? std::string() : text_);
    response.headers.add("ETag", tag_);
    response.headers.add("Cache-Control", "no-cache");
    return response;
  }

 private:
  const std::vector<Route> routes_;
  const model::Catalogue& catalogue_;
  mutable std::once_flag made_;
  mutable std::string text_, tag_;
};

}  // namespace

Route open_api_route(const std::vector<Route>& described, const model::Catalogue& catalogue) {
  Route route = Route{"GET", "openapi.json", std::string(kAnyone), "This document.", ReadHandler(), RouteScope::system}
                    .answers(map_of(anything()))
                    .linked("OpenApi");
  std::vector<Route> all = described;
  all.push_back(route);
  route.handler = ReadHandler([document = std::make_shared<const Document>(std::move(all), catalogue)](
                                  Call& call, storage::Reader&) { return document->answer(call.request); });
  return route;
}

}  // namespace slipway::api
