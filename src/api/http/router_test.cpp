#include "api/http/router.h"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "base/error.h"

using namespace slipway;
using namespace slipway::api;

namespace {

Route route(std::string method, std::string pattern) {
  return {std::move(method), std::move(pattern), "", "", ReadHandler()};
}

/// "pattern space name=value …", or why there is none.
std::string find(const Router& router, std::string_view method, std::string_view path) {
  try {
    std::string allowed;
    const Match match = router.match(method, path, &allowed);
    if (match.route == nullptr) return "has " + allowed;
    std::string found = fmt::format("{} [{}]", match.route->pattern, match.space);
    for (const auto& [name, value] : match.parameters) found += fmt::format(" {}={}", name, value);
    return found;
  } catch (const Error& e) {
    return "none";
  }
}

}  // namespace

TEST_CASE("Addresses lead to their routes, with and without a space") {
  const Router router(
      {route("GET", ""), route("GET", "space root"), route("GET", "spaces"), route("GET", "spaces/{id}"),
       route("GET", "projects"), route("POST", "projects"), route("GET", "projects/all"), route("GET", "projects/{id}"),
       route("GET", "projects/{owner}/channels"), route("GET", "projects/{project}/channels/{channel}/releases"),
       route("GET", "projects/{p}/{ref}/deploymentprocesses"), route("GET", "/health")});
  struct Row {
    const char* path;
    const char* found;
  };
  constexpr Row rows[] = {
      {"/api", " []"},
      {"/api/", " []"},
      {"/api/Spaces-1", "space root [Spaces-1]"},
      {"/api/spaces/Spaces-1", "spaces/{id} [] id=Spaces-1"},
      {"/api/projects", "projects []"},
      {"/API/Spaces-1/PROJECTS/", "projects [Spaces-1]"},
      {"/api/spaces/My%20Space/projects/P", "projects/{id} [My%20Space] id=P"},
      {"/api/projects/all", "projects/all []"},
      {"/api/x/projects/Fire%20Project/channels", "projects/{owner}/channels [x] owner=Fire%20Project"},
      {"/api/x/projects/P/channels/C/releases",
       "projects/{project}/channels/{channel}/releases [x] project=P channel=C"},
      {"/api/x/projects/P/refs%2Fheads%2Fmain/deploymentprocesses",
       "projects/{p}/{ref}/deploymentprocesses [x] p=P ref=refs%2Fheads%2Fmain"},
      {"/api/x/projects/P/channels/deploymentprocesses", "projects/{p}/{ref}/deploymentprocesses [x] p=P ref=channels"},
      {"/health", "/health []"},
      {"/api/health", "space root [health]"},
      {"/", "none"},
      {"/api/x/nothing", "none"},
      {"/api/x/projects/a/b/c/d", "none"},
      {"/projects", "none"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    CHECK(find(router, "GET", row.path) == row.found);
  }
  CHECK(find(router, "HEAD", "/api/projects") == "projects []");
  CHECK(find(router, "DELETE", "/api/projects") == "has GET, POST");
  CHECK(find(router, "DELETE", "/api/x/projects") == "has GET, POST");
}

TEST_CASE("Two routes can't claim the same address") {
  CHECK_THROWS_AS(Router({route("GET", "a/{x}"), route("GET", "A/{y}")}), Error);
}
