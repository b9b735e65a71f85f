#include "api/http/server_status_routes.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include "api/http/paging.h"
#include "api/http/shape.h"
#include "base/error.h"
#include "base/text.h"
#include "storage/resources.h"

namespace slipway::api {
namespace {

net::Response status(Call&, storage::Reader&) {
  return json_response(200, json::object{{"IsDatabaseEncrypted", false},
                                         {"IsMajorMinorUpgrade", false},
                                         {"IsInMaintenanceMode", false},
                                         {"IsPotentialClone", false},
                                         {"MaintenanceExpires", nullptr},
                                         {"IsUpgradeAvailable", false},
                                         {"MaximumAvailableVersion", kCompatibleVersion},
                                         {"Links", json::object{{"Self", "/api/serverstatus"},
                                                                {"Health", "/api/serverstatus/health"},
                                                                {"Timezones", "/api/serverstatus/timezones"},
                                                                {"Counts", "/api/serverstatus/counts"},
                                                                {"SystemInfo", "/api/serverstatus/system-info"},
                                                                {"Extensions", "/api/serverstatus/extensions"}}}});
}

/// 418 where it is not well: the status by which existing clients tell it.
net::Response health(Call& call, storage::Reader&) {
  const bool well = call.services.database.can_write();
  return json_response(
      well ? 200 : 418,
      json::object{{"IsOperatingNormally", well},
                   {"IsCompliantWithLicense", true},
                   {"IsEntireClusterReadOnly", !well},
                   {"IsEntireClusterDrainingTasks", false},
                   {"Description", well ? "The server operates normally."
                                        : "The database takes no writes any more; see the log, then restart it."},
                   {"Links", json::object{{"Self", "/api/serverstatus/health"}}}});
}

std::int64_t count(storage::Reader& reader, std::string_view type) {
  storage::ResourceFilter filter;
  filter.type = std::string(type);
  return storage::list_resources(reader, filter, {0, 0}).total;
}

/// How many documents of each of these types there are, under the name of the type's collection.
json::object counts_of(Call& call, storage::Reader& reader, std::initializer_list<std::string_view> types) {
  json::object counts;
  for (const std::string_view type : types) {
    counts[call.services.catalogue.get(type).link_name] = count(reader, type);
  }
  return counts;
}

net::Response counts(Call& call, storage::Reader& reader) {
  return json_response(
      200, json::object{
               {"Global", counts_of(call, reader, {"Space", "Team", "User"})},
               {"Infrastructure", counts_of(call, reader, {"Account", "Environment", "MachinePolicy", "WorkerPool"})},
               {"Library", counts_of(call, reader, {"Feed", "Lifecycle", "LibraryVariableSet", "TagSet"})},
               {"Project", counts_of(call, reader, {"Channel", "Project", "ProjectGroup", "Tenant"})}});
}

net::Response system_info(Call&, storage::Reader&) {
  utsname os{};
  uname(&os);
  return json_response(200, json::object{{"Version", SLIPWAY_VERSION},
                                         {"OSVersion", fmt::format("{} {} {}", os.sysname, os.release, os.machine)},
                                         {"Links", json::object{{"Self", "/api/serverstatus/system-info"}}}});
}

/// A group of settings. Ours are given at the start, so each is told and none is changed here.
struct Section {
  std::string_view id, name, description;
  std::string_view values;
};

constexpr Section kSections[] = {
    {"authentication", "Authentication", "How users sign in: by API key.",
     R"({"IsEnabled":true,"AutoLoginEnabled":false})"},
};

json::object section_json(const Section& section) {
  const std::string self = fmt::format("/api/configuration/{}", section.id);
  return {{"Id", section.id},
          {"Name", section.name},
          {"Description", section.description},
          {"Links", json::object{{"Self", self}, {"Values", self + "/values"}, {"Metadata", self + "/metadata"}}}};
}

const Section& addressed_section(const Call& call) {
  for (const Section& section : kSections) {
    if (equals_ignoring_case(section.id, call.parameter("id"))) return section;
  }
  fail_not_found(fmt::format("There is no configuration section '{}'.", call.parameter("id")));
}

net::Response configuration(Call&, storage::Reader&) {
  json::array all;
  for (const Section& section : kSections) all.push_back(section_json(section));
  return json_response(200, all);
}

net::Response configuration_section(Call& call, storage::Reader&) {
  return json_response(200, section_json(addressed_section(call)));
}

net::Response section_values(Call& call, storage::Reader&) {
  return json_response(200, std::string(addressed_section(call).values));
}

net::Response section_metadata(Call& call, storage::Reader&) {
  return json_response(200, json::object{{"Id", addressed_section(call).id}, {"Types", json::array()}});
}

net::Response extensions(Call&, storage::Reader&) { return array_response({}); }

net::Response time_zones(Call&, storage::Reader&) {
  const json::object utc{{"Id", "UTC"}, {"Name", "Coordinated Universal Time"}, {"IsLocal", true}};
  return json_response(200, json::array{utc});
}

json::object zone_shape() {
  return shape::object({{"Id", shape::text()}, {"Name", shape::text()}, {"IsLocal", shape::flag()}});
}

json::object status_shape() {
  return shape::object({{"IsDatabaseEncrypted", shape::flag()},
                        {"IsMajorMinorUpgrade", shape::flag()},
                        {"IsInMaintenanceMode", shape::flag()},
                        {"IsPotentialClone", shape::flag()},
                        {"MaintenanceExpires", shape::or_null(shape::time())},
                        {"IsUpgradeAvailable", shape::flag()},
                        {"MaximumAvailableVersion", shape::text()},
                        {"Links", shape::links()}});
}

json::object health_shape() {
  return shape::object({{"IsOperatingNormally", shape::flag()},
                        {"IsCompliantWithLicense", shape::flag()},
                        {"IsEntireClusterReadOnly", shape::flag()},
                        {"IsEntireClusterDrainingTasks", shape::flag()},
                        {"Description", shape::text()},
                        {"Links", shape::links()}});
}

json::object counts_shape() {
  const auto numbers = shape::map_of(shape::whole_number());
  return shape::object({{"Global", numbers}, {"Infrastructure", numbers}, {"Library", numbers}, {"Project", numbers}});
}

json::object system_info_shape() {
  return shape::object({{"Version", shape::text()}, {"OSVersion", shape::text()}, {"Links", shape::links()}});
}

json::object section_shape() {
  return shape::object(
      {{"Id", shape::text()}, {"Name", shape::text()}, {"Description", shape::text()}, {"Links", shape::links()}});
}

json::object metadata_shape() {
  return shape::object({{"Id", shape::text()}, {"Types", shape::list_of(shape::anything())}});
}

}  // namespace

std::vector<Route> server_status_routes() {
  const std::string any(kAuthenticated);
  std::vector<Route> routes{
      Route{"GET", "serverstatus", any, "Whether the server accepts work.", status}
          .answers(status_shape())
          .linked("ServerStatus"),
      Route{"GET", "serverstatus/health", any, "Whether the server operates normally; 418 when it does not.", health}
          .answers(health_shape())
          .linked("ServerHealthStatus"),
      Route{"GET", "serverstatus/counts", "AdministerSystem", "How many documents of each kind there are.", counts}
          .answers(counts_shape())
          .linked("ServerCounts"),
      Route{"GET", "serverstatus/system-info", "AdministerSystem", "What the server runs on.", system_info}
          .answers(system_info_shape())
          .linked("SystemInfo"),
      Route{"GET", "serverstatus/extensions", "AdministerSystem", "Extensions of the server: it takes none.",
            extensions}
          .answers(shape::list_of(shape::anything()))
          .linked("ExtensionStats"),
      Route{"GET", "serverstatus/timezones", "AdministerSystem",
            "Time zones that times may be given in: all are kept in UTC.", time_zones}
          .answers(shape::list_of(zone_shape()))
          .linked("Timezones"),
      Route{"GET", "configuration", any, "Groups of settings.", configuration}.answers(shape::list_of(section_shape())),
      Route{"GET", "configuration/{id}", any, "A group of settings.", configuration_section}
          .answers(section_shape())
          .linked("Configuration"),
      Route{"GET", "configuration/{id}/values", any, "The settings of a group.", section_values}.answers(
          shape::map_of(shape::anything())),
      Route{"GET", "configuration/{id}/metadata", any, "What the settings of a group may be.", section_metadata}
          .answers(metadata_shape()),
  };
  for (Route& route : routes) route.scope = RouteScope::system;
  return routes;
}

}  // namespace slipway::api
