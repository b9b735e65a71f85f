#include "api/compat/root_links.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace slipway::api {
namespace {

/// Clients find the order of worker pools by another name than any other order.
constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {
    {"WorkerPoolSortOrder", "WorkerPoolsSortOrder"}};

/// Clients read the variables of all tenants at once, by the name that a collection has elsewhere.
constexpr std::pair<std::string_view, std::string_view> kLinksToEverything[] = {
    {"TenantVariables", "tenantvariables/all"}};

std::string name_of(const Route& route) {
  for (const auto& [rule, name] : kOtherNames) {
    if (route.link == rule) return std::string(name);
  }
  for (const auto& [name, pattern] : kLinksToEverything) {
    if (route.method == "GET" && route.pattern == pattern) return std::string(name);
  }
  return route.link;
}

bool has_pages(const Route& route) {
  return std::ranges::any_of(route.query, [](const QueryParameter& parameter) { return parameter.name == "skip"; });
}

/// What the routes at the address of `route` read of a query, its own first: clients make their creating call by the
/// same link.
std::vector<std::string> parameters_at(const Route& route, const std::vector<Route>& routes) {
  std::vector<std::string> names;
  const auto add = [&](const Route& there) {
    for (const QueryParameter& parameter : there.query) {
      if (std::ranges::find(names, parameter.name) == names.end()) names.push_back(parameter.name);
    }
  };
  add(route);
  for (const Route& other : routes) {
    if (other.pattern == route.pattern) add(other);
  }
  return names;
}

/// Behind the prefix. A parameter at the end may be left out.
std::string target_of(const Route& route, const std::vector<Route>& routes) {
  std::string path = route.pattern;
  if (path.ends_with('}')) path.replace(path.rfind("/{"), 2, "{/");
  if (has_pages(route)) path += "{/id}";
  const auto parameters = parameters_at(route, routes);
  if (!parameters.empty()) path += fmt::format("{{?{}}}", fmt::join(parameters, ","));
  return "/" + path;
}

/// What its schema says, then the filters that it says nothing of.
std::string target_of(const model::Schema& schema) {
  const std::string_view said = schema.list_template;  // "{?skip,take}"
  auto names = said.size() > 3 ? split(said.substr(2, said.size() - 3), ',') : std::vector<std::string_view>();
  for (const model::Filter& filter : schema.filters) {
    if (std::find(names.begin(), names.end(), filter.parameter) == names.end()) names.push_back(filter.parameter);
  }
  const std::string query = names.empty() ? "" : fmt::format("{{?{}}}", fmt::join(names, ","));
  return fmt::format("/{}{{/id}}{}", schema.collection, query);
}

}  // namespace

RootLinks::RootLinks(const std::vector<Route>& routes, const model::Catalogue& catalogue) {
  for (const model::Schema& schema : catalogue.all()) {
    if (schema.link_name.empty()) continue;
    (schema.scope == model::Scope::space ? space_ : server_).push_back({schema.link_name, target_of(schema)});
  }
  for (const Route& route : routes) {
    const Link link{name_of(route), target_of(route, routes)};
    if (link.name.empty()) continue;
    const bool is_of_space = route.scope == RouteScope::space;
    if (is_of_space || route.linked_from != LinkedFrom::its_root) space_.push_back(link);
    if (!is_of_space && route.linked_from != LinkedFrom::space_root) server_.push_back(link);
  }
}

json::object RootLinks::of_space(const std::string& space) const {
  const std::string prefix = "/api/" + space;
  json::object links{{"Self", prefix}, {"Web", "/app#/" + space}, {"SpaceHome", prefix}};
  for (const auto& [name, target] : space_) links[name] = prefix + target;
  return links;
}

json::object RootLinks::of_server(const std::string& default_space) const {
  json::object links = of_space(default_space);
  links["Self"] = "/api";
  links["Web"] = "/app";
  links["SpaceHome"] = "/api/{spaceId}";
  for (const auto& [name, target] : server_) links[name] = "/api" + target;
  return links;
}

}  // namespace slipway::api
