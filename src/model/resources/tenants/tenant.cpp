#include "model/resources/tenants/tenant.h"

#include <fmt/format.h>

#include "base/text.h"
#include "model/resources/tenants/tag_set.h"

namespace slipway::model {
namespace {

/// A tenant carries at most one tag of a single-select set (TEN-7).
void check_single_select(const Tenant& tenant, const Lookup& lookup, Problems& problems) {
  if (tenant.TenantTags.size() < 2) return;
  for (const TagSet& set : list<TagSet>(lookup, tenant.SpaceId)) {
    if (set.Type != "SingleSelect") continue;
    int carried = 0;
    for (const std::string& tag : tenant.TenantTags) {
      carried += equals_ignoring_case(tag.substr(0, tag.find('/')), set.Name) ? 1 : 0;
    }
    if (carried > 1) {
      problems.add(fmt::format("TenantTags: the tag set '{}' allows one tag a tenant, not {}.", set.Name, carried));
    }
  }
}

Changes::NewDocument values_of(const json::object& tenant, const Lookup& lookup) {
  json::object values{{"SpaceId", tenant.at("SpaceId")}, {"TenantId", tenant.at("Id")}};
  const std::string source =
      fmt::format("tenantvariables-{}", json::text_at(tenant, "ClonedFromTenantId").value_or(""));
  const auto copied = lookup.find(source);
  if (!copied) return {"TenantVariables", std::move(values)};
  for (const std::string_view member : {"ProjectVariables", "LibraryVariables"}) values[member] = copied->at(member);
  return {"TenantVariables", std::move(values), source};
}

Changes tenant_hook(const Edit& edit, const Lookup& lookup, Problems& problems) {
  if (edit.is_deletion()) return {};
  check_single_select(json::from_json<Tenant>(*edit.after), lookup, problems);
  if (edit.after->at("Name") == "*")
    problems.add("Name: '*' stands for all tenants; give the tenant a name of its own.");
  if (!edit.is_creation()) return {};
  Changes changes;
  changes.create.push_back(values_of(*edit.after, lookup));
  return changes;
}

}  // namespace

Schema tenant_schema() {
  return {
      .type = "Tenant",
      .collection = "tenants",
      .id_prefix = "Tenants",
      .dimension = Dimension::tenant,
      .fields = {name_field(), slug_field(), description_field(), tags("TenantTags"),
                 reference_map("ProjectEnvironments", {"Project"}, {"Environment"}).keeps().unlinked_on_delete(),
                 reference("ClonedFromTenantId", {"Tenant"}).outlives_target().server_set(), flag("IsDisabled")},
      .filters = {{"projectId", "ProjectEnvironments"},
                  {"tags", "TenantTags"},
                  {"clonedFromTenantId", "ClonedFromTenantId"},
                  {"isDisabled", "IsDisabled"}},
      .links = {{"Variables", "<self>/variables"}, {"Web", "/app#/<space>/tenants/<id>/overview"}},
      .list_template = "{?skip,projectId,name,tags,take,ids,clone,partialName,isDisabled,clonedFromTenantId}",
      .link_name = "Tenants",
      .permissions = permissions_of("Tenant"),
      .clone_source = "ClonedFromTenantId",
      .hook = tenant_hook,
  };
}

}  // namespace slipway::model
