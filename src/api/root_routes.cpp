#include "api/root_routes.h"

#include <fmt/format.h>

#include "api/directory.h"
#include "api/root_links.h"

namespace slipway::api {
namespace {

/// The version of the API that this server is compatible with. Clients gate features on it, so it says nothing about
/// our own.
constexpr std::string_view compatible_version = "2026.2.1";
constexpr std::string_view compatible_api_version = "3.0.0";

net::Response server_root(Call& call, storage::Reader&) {
  json::object links = space_links(call.services.catalogue, call.space);  // clients without a space use these
  for (auto& link : system_links(call.services.catalogue)) links[link.key()] = link.value();
  return json_response(200, json::object{{"Application", "Slipway"},
                                         {"Version", compatible_version},
                                         {"ApiVersion", compatible_api_version},
                                         {"SlipwayVersion", SLIPWAY_VERSION},
                                         {"InstallationId", call.services.installation_id},
                                         {"IsEarlyAccessProgram", false},
                                         {"HasLongTermSupport", false},
                                         {"Links", std::move(links)}});
}

/// Without a version: that is how clients tell it from the server's root.
net::Response space_root(Call& call, storage::Reader&) {
  return json_response(200,
                       json::object{{"Id", call.space}, {"Links", space_links(call.services.catalogue, call.space)}});
}

net::Response capabilities(Call&, storage::Reader&) {
  return json_response(200, json::object{{"Capabilities", json::array{"GetAllSpacesRequest", "CreateReleaseCommandV1",
                                                                      "CreateDeploymentTenantedCommandV1",
                                                                      "CreateDeploymentUntenantedCommandV1"}}});
}

/// Toggles guard features of newer clients; none of those is on.
net::Response feature_toggles(Call& call, storage::Reader&) {
  json::array toggles;
  for (const std::string& name : call.query.list("Name")) {
    toggles.push_back(json::object{{"Name", name}, {"IsEnabled", false}});
  }
  return json_response(200, json::object{{"FeatureToggles", std::move(toggles)}});
}

net::Response server_status(Call&, storage::Reader&) {
  return json_response(200, json::object{{"IsInMaintenanceMode", false},
                                         {"MaintenanceExpires", nullptr},
                                         {"IsUpgradeAvailable", false},
                                         {"MaximumAvailableVersion", compatible_version},
                                         {"Links", json::object{{"Self", "/api/serverstatus"}}}});
}

}  // namespace

std::vector<Route> root_routes() {
  const std::string any(authenticated), open(anyone);
  return {
      {"GET", "", open, "What server this is, and links to all it has.", server_root, RouteScope::system},
      {"GET", "space root", any, "Links to all that a space has.", space_root, RouteScope::space},
      {"GET", "capabilities", any, "Names of commands that the server understands.", capabilities, RouteScope::system},
      Route{"GET", "configuration/feature-toggles", any, "Whether the named feature toggles are on.", feature_toggles,
            RouteScope::system}
          .with_query({{"Name", QueryKind::texts}}),
      {"GET", "serverstatus", any, "Whether the server accepts work.", server_status, RouteScope::system},
  };
}

}  // namespace slipway::api
