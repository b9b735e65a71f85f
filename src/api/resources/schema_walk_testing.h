// Walks what the schemas declare, and makes documents of it: for tests that try every member of every resource.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/resources/samples_testing.h"
#include "base/certificate_testing.h"
#include "model/schema.h"

namespace slipway::api::testing {

/// A member somewhere in the documents of a schema.
struct Member {
  const model::Schema* schema;
  std::string kind;                       ///< of the document that has it; "" = all have it
  std::vector<const model::Field*> path;  ///< from the top to the member itself

  const model::Field& field() const { return *path.back(); }
  /// Of a scope, which takes no members but these.
  bool is_dimension() const { return path.size() > 1 && path[path.size() - 2]->kind == model::FieldKind::scope; }
  std::string name() const {
    std::string text = schema->type;
    for (const model::Field* field : path) text += "." + field->name;
    return text;
  }
};

inline void add_members(std::vector<Member>& all, const model::Schema& schema, const std::string& kind,
                        const std::vector<model::Field>& fields, const std::vector<const model::Field*>& path) {
  for (const model::Field& field : fields) {
    if (field.is_server_set) continue;
    std::vector<const model::Field*> here = path;
    here.push_back(&field);
    all.push_back({&schema, kind, here});
    add_members(all, schema, kind, field.fields, here);
    for (const auto& [name, own] : field.kinds) add_members(all, schema, kind, own, here);
  }
}

/// Every member that clients set, those of all kinds among them.
inline std::vector<Member> members_of(const model::Catalogue& catalogue) {
  std::vector<Member> all;
  for (const model::Schema& schema : catalogue.all()) {
    if (!schema.verbs.create && !schema.verbs.update && schema.type != "DeploymentProcess") continue;
    add_members(all, schema, "", schema.fields, {});
    for (const auto& [kind, fields] : schema.kinds) add_members(all, schema, kind, fields, {});
  }
  return all;
}

/// A value that the field takes and that names nothing.
inline json::value harmless(const model::Field& field) {
  switch (field.kind) {
    case model::FieldKind::integer:
      return 0;
    case model::FieldKind::flag:
      return false;
    case model::FieldKind::choice:
      return json::value(std::string_view(field.choices.front()));
    case model::FieldKind::secret:
      return json::object{{"HasValue", true}, {"NewValue", "sufficiently secret"}};
    case model::FieldKind::texts:
      return json::array{"x"};
    case model::FieldKind::object: {
      json::object object;
      for (const model::Field& inner : field.fields) {
        if (inner.is_required) object[inner.name] = harmless(inner);
      }
      return object;
    }
    default:
      return field.name == "ActionType" ? "Slipway.NoOp" : "x";  // of another type, a process warns
  }
}

/// `object` with what its fields require.
inline void complete(json::object& object, const std::vector<const model::Field*>& fields) {
  for (const model::Field* field : fields) {
    const bool is_reference = field->kind == model::FieldKind::reference || field->kind == model::FieldKind::references;
    if (field->is_required && !is_reference && json::find(object, field->name) == nullptr) {
      object[field->name] = harmless(*field);
    }
  }
}

inline std::vector<const model::Field*> pointers_to(const std::vector<model::Field>& fields) {
  std::vector<const model::Field*> all;
  for (const model::Field& field : fields) all.push_back(&field);
  return all;
}

/// Where the member is one of a kind's alone, `object` becomes of that kind.
inline void become_kind_with(json::object& object, const model::Field& field, const model::Field* member) {
  for (const auto& [kind, own] : field.kinds) {
    const auto all = pointers_to(own);
    if (std::find(all.begin(), all.end(), member) == all.end()) continue;
    object[field.discriminator] = kind;
    complete(object, all);
  }
}

/// `document` with the member set, as deep as it lies, in whatever has to be around it. `name` is how the member is
/// called; `siblings` stand beside it.
inline void put_member(json::object& document, const Member& member, std::string_view name, json::value value,
                       const json::object& siblings = {}) {
  json::object* object = &document;
  for (std::size_t depth = 0; depth + 1 < member.path.size(); ++depth) {
    const model::Field& field = *member.path[depth];
    json::value& inner = (*object)[field.name];
    if (field.kind == model::FieldKind::objects) {
      inner = json::array{json::object()};
      object = &inner.as_array().front().as_object();
    } else {
      inner = json::object();
      object = &inner.as_object();
    }
    become_kind_with(*object, field, member.path[depth + 1]);
    complete(*object, pointers_to(field.fields));
  }
  for (const auto& sibling : siblings) (*object)[sibling.key()] = sibling.value();
  (*object)[name] = std::move(value);
}

/// Makes and changes a document of each type in Spaces-1, whose addresses and least members differ.
class Writer {
 public:
  explicit Writer(TestApi& api) : api_(api) {}

  /// The document of the schema and kind with the least that it needs, under a name of its own.
  json::object least(const model::Schema& schema, std::string kind) {
    json::object document;
    if (kind.empty() && !schema.kinds.empty()) kind = default_kind(schema);
    if (!kind.empty() && !schema.discriminator.empty()) document[schema.discriminator] = kind;
    complete(document, schema.fields_of(kind));
    if (!schema.name_member.empty()) document[schema.name_member] = "Made " + std::to_string(++made_);
    if (schema.type == "Project") {
      document["LifecycleId"] = "Lifecycles-1";
      document["ProjectGroupId"] = "ProjectGroups-1";
    }
    if (kind == "AmazonWebServicesRoleAccount") document["RoleArn"] = "x";  // as the OpenAPI document shows it
    if (schema.type == "RateLimitingPolicy") document["Name"] = "Anonymous requests";
    if (schema.type == "Channel") document["ProjectId"] = "Projects-1";
    if (schema.type == "Certificate") {
      document["CertificateData"] = json::object{{"HasValue", true}, {"NewValue", slipway::testing::kCertificatePem}};
    }
    if (schema.type == "DeploymentTarget") document["EnvironmentIds"] = json::array{"Environments-1"};
    if (schema.type == "Worker") document["WorkerPoolIds"] = json::array{"WorkerPools-1"};
    if (schema.type == "Space") document["SpaceManagersTeamMembers"] = json::array{"Users-1"};
    return document;
  }

  /// Creates it, or changes the one that its owner has.
  Answer write(const model::Schema& schema, const json::object& document) {
    const std::string space = "/api/Spaces-1/";
    if (schema.type == "DeploymentProcess")
      return api_.put(space + "projects/Projects-1/deploymentprocesses", document);
    if (schema.type == "VariableSet") return api_.put(space + "variables/variableset-Projects-1", document);
    if (schema.type == "TenantVariables") return api_.put(space + "tenants/Tenants-1/variables", document);
    if (schema.type == "RateLimitingPolicy") {
      return api_.put("/api/ratelimitingpolicies/RateLimitingPolicies-1", document);
    }
    if (schema.type == "RetentionPolicy") {
      return api_.put(space + "retentionpolicies/RetentionPolicies-1", document);
    }
    return api_.post(space + schema.collection, document);
  }

  /// Writes the least document that has the member, called `name` and with `siblings` beside it.
  Answer write_with(const Member& member, std::string_view name, json::value value, const json::object& siblings = {}) {
    json::object document = least(*member.schema, member.kind);
    put_member(document, member, name, std::move(value), siblings);
    if (json::value* endpoint = json::find(document, "Endpoint"); endpoint != nullptr && endpoint->is_object()) {
      json::value* thumbprint = endpoint->as_object().if_contains("Thumbprint");
      if (thumbprint != nullptr && *thumbprint == "x")
        *thumbprint = "thumbprint" + std::to_string(made_);  // no two alike
    }
    return write(*member.schema, document);
  }
  /// The same under its right name.
  Answer write_with(const Member& member, json::value value) {
    return write_with(member, member.field().name, std::move(value));
  }

 private:
  static std::string default_kind(const model::Schema& schema) {
    if (schema.type == "Feed") return "Docker";
    if (schema.type == "Account") return "UsernamePassword";
    return schema.kinds.begin()->first;
  }

  TestApi& api_;
  int made_ = 0;
};

}  // namespace slipway::api::testing
