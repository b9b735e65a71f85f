#include "model/resources/tenants/tenant_variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "model/resources/infrastructure/environment.h"
#include "model/resources/projects/library_variable_set.h"
#include "model/resources/projects/project.h"
#include "model/resources/tenants/tenant.h"

namespace slipway::model {
namespace {

using json::object;
using json::value;

/// The values under `owner` that clients may see, without nulls.
object without_nulls(const value* values) {
  object out;
  if (values == nullptr || !values->is_object()) return out;
  for (const auto& member : values->get_object()) {
    if (!member.value().is_null()) out.emplace(member.key(), member.value());
  }
  return out;
}

const value* inner(const value* v, std::string_view name) {
  const object* members = v == nullptr ? nullptr : v->if_object();
  return members == nullptr ? nullptr : json::find(*members, name);
}

/// Everything but the values is computed when shown, so only values are stored.
object values_only(const object& owners, int levels) {
  object out;
  for (const auto& owner : owners) {
    const value* variables = inner(&owner.value(), "Variables");
    object kept;
    if (levels == 1) {
      kept = without_nulls(variables);
    } else if (variables != nullptr && variables->is_object()) {
      for (const auto& environment : variables->get_object())
        kept.emplace(environment.key(), without_nulls(&environment.value()));
    }
    out.emplace(owner.key(), object{{"Variables", std::move(kept)}});
  }
  return out;
}

std::set<std::string, std::less<>> secret_templates(const object& owner) {
  std::set<std::string, std::less<>> ids;
  const json::array* templates = json::array_at(owner, "Templates");
  if (templates == nullptr) return ids;
  for (const value& item : *templates) {
    const object* asking = item.if_object();
    if (asking != nullptr && asks_for_secret(*asking)) ids.emplace(json::text_at(*asking, "Id").value_or(""));
  }
  return ids;
}

/// Calls `visit` with each map of values under `owners`, whose levels depend on the kind of owner.
template <class Visit>
void for_each_values(value& owners, Visit visit) {
  object* by_owner = owners.if_object();
  if (by_owner == nullptr) return;
  for (auto& owner : *by_owner) {
    object* members = owner.value().if_object();
    value* variables = members == nullptr ? nullptr : json::find(*members, "Variables");
    if (variables != nullptr && variables->is_object()) visit(owner.key(), variables->get_object());
  }
}

void hide_secrets(object& values, const std::set<std::string, std::less<>>& secrets) {
  for (auto& member : values) {
    value& v = member.value();
    if (v.is_string() && !v.get_string().empty() && secrets.contains(std::string_view(member.key()))) {
      v = object{{"HasValue", true}, {"NewValue", v}};
    }
  }
}

/// What a template declares a secret is one, in whichever form it was sent.
object prepare(object incoming, const Lookup& lookup) {
  const auto secrets_of = [&](std::string_view owner) {
    const auto document = lookup.find(owner);
    return document ? secret_templates(*document) : std::set<std::string, std::less<>>();
  };
  if (value* projects = json::find(incoming, "ProjectVariables")) {
    for_each_values(*projects, [&](std::string_view owner, object& environments) {
      const auto secrets = secrets_of(owner);
      for (auto& environment : environments) {
        if (environment.value().is_object()) hide_secrets(environment.value().get_object(), secrets);
      }
    });
  }
  if (value* libraries = json::find(incoming, "LibraryVariables")) {
    for_each_values(*libraries,
                    [&](std::string_view owner, object& values) { hide_secrets(values, secrets_of(owner)); });
  }
  return incoming;
}

/// What a tenant has to do with: its connections, and the library sets that its projects include.
struct Connections {
  std::map<std::string, std::vector<std::string>> environments;  ///< by project
  std::set<std::string, std::less<>> libraries;

  Connections(const Lookup& lookup, std::string_view tenant_id) {
    const auto tenant = find<Tenant>(lookup, tenant_id);
    if (!tenant) return;
    environments = tenant->ProjectEnvironments;
    for (const auto& [id, connected] : environments) {
      const auto project = lookup.find(id);
      if (!project) continue;
      for (const value& set : project->at("IncludedLibraryVariableSetIds").as_array()) {
        libraries.emplace(json::view(set.as_string()));
      }
    }
  }
  bool has_project(std::string_view id) const { return environments.contains(std::string(id)); }
  bool has_environment(std::string_view project, std::string_view id) const {
    const auto connected = environments.find(std::string(project));
    return connected != environments.end() &&
           std::find(connected->second.begin(), connected->second.end(), id) != connected->second.end();
  }
};

/// Whose values and which: owners, environments and templates that are not there, or that the tenant has nothing to do
/// with, would keep a value that nobody reads. What was stored before may name what is gone.
class NameCheck {
 public:
  NameCheck(const object* before, const object& after, const Lookup& lookup, Problems& problems)
      : before_(before),
        space_(json::text_at(after, "SpaceId").value_or("")),
        connections_(lookup, json::text_at(after, "TenantId").value_or("")),
        lookup_(lookup),
        problems_(problems) {}

  void check(const object& owners, std::string_view member, std::string_view type) {
    const value* stored = before_ == nullptr ? nullptr : before_->if_contains(member);
    for (const auto& owner : owners) {
      const value* before = inner(inner(stored, owner.key()), "Variables");
      const value* variables = inner(&owner.value(), "Variables");
      if (variables == nullptr || !variables->is_object() || variables->get_object().empty()) continue;
      const auto document = lookup_.find_named(type, space_, owner.key());
      if (!document || json::text_at(*document, "Id") != std::string_view(owner.key())) {
        if (before == nullptr) {
          problems_.add(
              fmt::format("{}: '{}' was not found; give the id of an existing {}.", member, owner.key(), type));
        }
        continue;
      }
      if (before == nullptr) check_connected(owner.key(), member, type);
      std::set<std::string, std::less<>> templates;
      for (const value& item : document->at("Templates").as_array()) {
        templates.emplace(json::text_at(item.as_object(), "Id").value_or(""));
      }
      const std::string path = fmt::format("{}.{}", member, owner.key());
      if (type == "Project") {
        check_environments(owner.key(), variables->get_object(), before, templates, path);
      } else {
        check_templates(variables->get_object(), before, templates, path);
      }
    }
  }

 private:
  void check_connected(std::string_view owner, std::string_view member, std::string_view type) {
    if (type == "Project" ? connections_.has_project(owner) : connections_.libraries.contains(owner)) return;
    problems_.add(fmt::format(
        "{}.{}: {}; connect it in the tenant's ProjectEnvironments first, or leave the values out.", member, owner,
        type == "Project" ? "the tenant is not connected to this project"
                          : "no project that the tenant is connected to includes this library variable set"));
  }

  void check_environments(std::string_view project, const object& environments, const value* before,
                          const std::set<std::string, std::less<>>& templates, const std::string& path) {
    for (const auto& environment : environments) {
      if (!environment.value().is_object() || environment.value().get_object().empty()) continue;
      const value* stored = inner(before, environment.key());
      if (stored == nullptr && !find_in<Environment>(lookup_, space_, environment.key())) {
        problems_.add(fmt::format("{}: '{}' was not found; give the id of an existing Environment.", path,
                                  std::string_view(environment.key())));
        continue;
      }
      if (stored == nullptr && connections_.has_project(project) &&
          !connections_.has_environment(project, environment.key())) {
        problems_.add(fmt::format(
            "{}.{}: the tenant is not connected to this environment for the project; connect it in the tenant's "
            "ProjectEnvironments first, or leave the values out.",
            path, std::string_view(environment.key())));
      }
      check_templates(environment.value().get_object(), stored, templates,
                      fmt::format("{}.{}", path, std::string_view(environment.key())));
    }
  }

  void check_templates(const object& values, const value* before, const std::set<std::string, std::less<>>& templates,
                       const std::string& path) {
    for (const auto& member : values) {
      if (templates.contains(std::string_view(member.key())) || inner(before, member.key()) != nullptr) continue;
      problems_.add(fmt::format("{}: '{}' is the Id of no template there; give the Id of one.", path,
                                std::string_view(member.key())));
    }
  }

  const object* before_;
  std::string_view space_;
  Connections connections_;
  const Lookup& lookup_;
  Problems& problems_;
};

void check_shape(const value& owners, std::string_view name, Problems& problems) {
  if (!owners.is_object()) problems.add(fmt::format("{} must be an object of objects with Variables.", name));
}

/// What stands at another level than values do would be dropped, and what was stored with it.
void check_levels(const object& owners, std::string_view name, int levels, Problems& problems) {
  constexpr std::string_view shown[] = {
      "Variables", "ProjectId", "ProjectName", "LibraryVariableSetId", "LibraryVariableSetName", "Templates", "Links"};
  for (const auto& owner : owners) {
    const std::string path = fmt::format("{}.{}", name, std::string_view(owner.key()));
    const object* members = owner.value().if_object();
    if (members == nullptr) {
      problems.add(fmt::format("{} must be an object with Variables.", path));
      continue;
    }
    for (const auto& member : *members) {
      const bool is_known = std::any_of(std::begin(shown), std::end(shown), [&](std::string_view known) {
        return equals_ignoring_case(known, member.key());
      });
      if (is_known) continue;
      problems.add(fmt::format("{}.{} is no known member; values stand in {}.Variables{}.", path,
                               std::string_view(member.key()), path, levels == 2 ? ", by environment" : ""));
    }
    const value* variables = json::find(*members, "Variables");
    if (variables == nullptr || variables->is_null()) continue;
    if (!variables->is_object()) {
      problems.add(fmt::format("{}.Variables must be an object of values{}.", path,
                               levels == 2 ? " by environment and template" : " by template"));
      continue;
    }
    for (const auto& environment : variables->get_object()) {
      if (levels == 1 || environment.value().is_object() || environment.value().is_null()) continue;
      problems.add(fmt::format("{}.Variables.{} must be an object of values by template: first comes the environment.",
                               path, std::string_view(environment.key())));
    }
  }
}

Changes tenant_variables_hook(const Edit& edit, const Lookup& lookup, Problems& problems) {
  if (edit.is_deletion()) return {};
  object& document = *edit.after;
  NameCheck names(edit.before, document, lookup, problems);
  for (const auto& [name, levels] : {std::pair{"ProjectVariables", 2}, std::pair{"LibraryVariables", 1}}) {
    check_shape(document.at(name), name, problems);
    if (!edit.user.empty() && document.at(name).is_object()) {
      check_levels(document.at(name).get_object(), name, levels, problems);
    }
    document[name] = values_only(document.at(name).is_object() ? document.at(name).get_object() : object(), levels);
    if (!edit.user.empty())
      names.check(document[name].get_object(), name, levels == 2 ? "Project" : "LibraryVariableSet");
  }
  return {};
}

value templates_of(const object& owner) { return owner.at("Templates"); }

/// A project's part: its templates, and a map of values for each connected environment, empty ones included.
object project_part(const object& project, const std::vector<std::string>& environments, const value* stored) {
  object variables;
  for (const std::string& environment : environments) {
    variables.emplace(environment, without_nulls(inner(inner(stored, "Variables"), environment)));
  }
  return {{"ProjectId", project.at("Id")},
          {"ProjectName", project.at("Name")},
          {"Templates", templates_of(project)},
          {"Variables", std::move(variables)},
          {"Links", object()}};
}

object library_part(const object& set, const value* stored) {
  return {{"LibraryVariableSetId", set.at("Id")},
          {"LibraryVariableSetName", set.at("Name")},
          {"Templates", templates_of(set)},
          {"Variables", without_nulls(inner(stored, "Variables"))},
          {"Links", object()}};
}

/// What the tenant is asked for now: its connected projects and the library sets that those include.
object present(object document, const Lookup& lookup) {
  const auto tenant = find<Tenant>(lookup, json::text_at(document, "TenantId").value_or(""));
  object projects, libraries;
  if (tenant) {
    for (const auto& [id, environments] : tenant->ProjectEnvironments) {
      const auto project = lookup.find(id);
      if (!project) continue;
      projects.emplace(id, project_part(*project, environments, inner(&document["ProjectVariables"], id)));
      for (const value& set_id : project->at("IncludedLibraryVariableSetIds").as_array()) {
        const auto set = lookup.find(json::view(set_id.as_string()));
        if (set)
          libraries.emplace(set_id.as_string(),
                            library_part(*set, inner(&document["LibraryVariables"], json::view(set_id.as_string()))));
      }
    }
    document["TenantName"] = tenant->Name;
  }
  document["ProjectVariables"] = std::move(projects);
  document["LibraryVariables"] = std::move(libraries);
  return document;
}

}  // namespace

Changes hide_values_of_new_secrets(const json::object& before, const json::object& after, std::string_view member,
                                   const Lookup& lookup) {
  Changes changes;
  const auto secret_before = secret_templates(before);
  const auto secret_now = secret_templates(after);
  if (std::includes(secret_before.begin(), secret_before.end(), secret_now.begin(), secret_now.end())) return changes;
  const std::string_view owner = json::text_at(after, "Id").value_or("");
  for (json::object& values : lookup.list("TenantVariables", json::text_at(after, "SpaceId").value_or(""))) {
    json::object hidden = *json::object_at(values, member);
    if (!hidden.contains(owner)) continue;
    json::value all = std::move(hidden);
    for_each_values(all, [&](std::string_view id, json::object& variables) {
      if (id != owner) return;
      hide_secrets(variables, secret_now);
      for (auto& environment : variables) {
        if (member == "ProjectVariables" && environment.value().is_object()) {
          hide_secrets(environment.value().get_object(), secret_now);
        }
      }
    });
    changes.update.push_back({{"Id", values.at("Id")}, {member, std::move(all)}});
  }
  return changes;
}

Schema tenant_variables_schema() {
  return {
      .type = "TenantVariables",
      .collection = "tenantvariables",
      .id_form = "tenantvariables-<TenantId>",
      .parent = "TenantId",
      .fields = {reference("TenantId", {"Tenant"}).required().fixed(),
                 text("TenantName").server_set().omitted_when_null(),
                 anything("ProjectVariables", json::object()).keeps(),
                 anything("LibraryVariables", json::object()).keeps()},
      .name_member = "",
      .verbs = {.create = false, .remove = false},
      .nestings = {{"Tenant", "TenantId", "variables", Nesting::Shape::value}},
      .present = present,
      .filters = {{"projectId", "TenantId.ProjectEnvironments"}},
      .link_name = "",
      .permissions = {"VariableView", "VariableEdit", "VariableEdit", "VariableEdit"},
      .prepare = prepare,
      .hook = tenant_variables_hook,
  };
}

}  // namespace slipway::model
