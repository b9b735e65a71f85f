#include "model/resources/projects/library_variable_set.h"

#include "model/resources/tenants/tenant_variables.h"

namespace slipway::model {
namespace {

Changes library_hook(const Edit& edit, const Lookup& lookup, Problems& problems) {
  if (edit.is_deletion()) return {};
  if (!edit.user.empty()) check_template_names(edit.before, *edit.after, problems);
  if (!edit.is_creation()) return hide_values_of_new_secrets(*edit.before, *edit.after, "LibraryVariables", lookup);
  return {.create = {{"VariableSet", {{"SpaceId", edit.after->at("SpaceId")}, {"OwnerId", edit.after->at("Id")}}}}};
}

/// Who includes the set.
json::value usages(const json::object& set, const Lookup& lookup) {
  json::array projects;
  for (const auto& use : lookup.uses(json::text_at(set, "Id").value_or(""), 1000)) {
    if (use.type == "Project") projects.push_back(json::object{{"ProjectId", use.id}});
  }
  return json::object{{"Projects", std::move(projects)}};
}

}  // namespace

Schema library_variable_set_schema() {
  return {
      .type = "LibraryVariableSet",
      .collection = "libraryvariablesets",
      .id_prefix = "LibraryVariableSets",
      .discriminator = "ContentType",
      .fields = {name_field(), description_field(), choice("ContentType", {"Variables", "ScriptModule"}).fixed(),
                 text("VariableSetId").made_of("variableset-<Id>"), templates_field()},
      .kinds = {{"Variables", {}}, {"ScriptModule", {}}},
      .derived = {{"usages", "Where the set is used.", usages}},
      .filters = {{"contentType", "ContentType"}},
      .links = {{"Variables", "/api/<space>/variables/variableset-<id>"}, {"Usages", "<self>/usages"}},
      .list_template = "{?skip,contentType,take,ids,partialName}",
      .link_name = "LibraryVariables",
      .permissions = permissions_of("LibraryVariableSet"),
      .hook = library_hook,
  };
}

}  // namespace slipway::model
