#include "api/compat/root_routes.h"

#include <fmt/format.h>

#include "api/http/server_status_routes.h"
#include "api/http/shape.h"
#include "api/people/space_and_user_cache.h"

namespace slipway::api {
namespace {

constexpr std::string_view kCompatibleApiVersion = "3.0.0";

net::Response server_root(const Call& call, json::object links) {
  return json_response(200, json::object{{"Application", "Slipway"},
                                         {"Version", kCompatibleVersion},
                                         {"ApiVersion", kCompatibleApiVersion},
                                         {"SlipwayVersion", SLIPWAY_VERSION},
                                         {"InstallationId", call.services.installation_id},
                                         {"IsEarlyAccessProgram", false},
                                         {"HasLongTermSupport", false},
                                         {"Links", std::move(links)}});
}

/// Without a version: that is how clients tell it from the server's root.
net::Response space_root(const Call& call, json::object links) {
  return json_response(200, json::object{{"Id", call.space}, {"Links", std::move(links)}});
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

/// Where the Web links of documents lead: what stands behind the # names the document, and a browser keeps it to
/// itself.
constexpr std::string_view kWebPage = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Slipway</title></head>
<body><h1>Slipway</h1>
<p>This server has no web pages yet: what it holds is read and changed by its REST API,
which begins at <a href="/api">/api</a> and describes itself at <a href="/api/openapi.json">/api/openapi.json</a>.</p>
</body></html>
)";

net::Response web(Call&, storage::Reader&) {
  net::Response response;
  response.status = 200;
  response.headers.add("Content-Type", "text/html; charset=utf-8");
  response.body = kWebPage;
  return response;
}

json::object root_shape() {
  return shape::object({{"Application", shape::text()},
                        {"Version", shape::text()},
                        {"ApiVersion", shape::text()},
                        {"SlipwayVersion", shape::text()},
                        {"InstallationId", shape::text()},
                        {"IsEarlyAccessProgram", shape::flag()},
                        {"HasLongTermSupport", shape::flag()},
                        {"Links", shape::links()}});
}

json::object toggles_shape() {
  const auto toggle = shape::object({{"Name", shape::text()}, {"IsEnabled", shape::flag()}});
  return shape::object({{"FeatureToggles", shape::list_of(toggle)}});
}

}  // namespace

std::vector<Route> root_routes(const std::shared_ptr<const RootLinks>& links) {
  const std::string any(kAuthenticated), open(kAnyone);
  const ReadHandler of_server = [links](Call& call, storage::Reader&) {
    return server_root(call, links->of_server(call.space));
  };
  const ReadHandler of_space = [links](Call& call, storage::Reader&) {
    return space_root(call, links->of_space(call.space));
  };
  return {
      Route{"GET", "", open, "What server this is, and links to all it has.", of_server, RouteScope::system}.answers(
          root_shape()),
      Route{"GET", "space root", any, "Links to all that a space has.", of_space, RouteScope::space}.answers(
          shape::object({{"Id", shape::text()}, {"Links", shape::links()}})),
      Route{"GET", "/app", open, "A page for browsers that follow a Web link.", web, RouteScope::system}.answers_text(
          "text/html"),
      Route{"GET", "capabilities", any, "Names of commands that the server understands.", capabilities,
            RouteScope::system}
          .answers(shape::object({{"Capabilities", shape::list_of(shape::text())}})),
      Route{"GET", "configuration/feature-toggles", any, "Whether the named feature toggles are on.", feature_toggles,
            RouteScope::system}
          .with_query({{"Name", QueryKind::texts}})
          .answers(toggles_shape()),
  };
}

}  // namespace slipway::api
