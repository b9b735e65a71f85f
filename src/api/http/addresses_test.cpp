// Every address of the route table under every method, and misspelt.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "api/testing.h"
#include "base/text.h"

using namespace slipway;
using namespace slipway::api::testing;

namespace {

constexpr std::string_view kMethods[] = {"GET", "POST", "PUT", "DELETE", "PATCH"};

/// The pattern as an address: parameters are a document that isn't there.
std::string address_of(const api::Route& route) {
  if (route.pattern == "space root") return "/api/Spaces-1";
  std::string path = route.pattern.starts_with('/') ? "" : "/api";
  for (const std::string_view segment : split(route.pattern, '/')) {
    if (segment.empty()) continue;
    path += '/';
    path += segment.starts_with('{') ? "Nothing-7" : segment;
  }
  return path;
}

std::set<std::string> methods_in(std::string_view allow) {
  std::set<std::string> methods;
  for (const std::string_view method : split(allow, ',')) methods.emplace(trim(method));
  return methods;
}

bool is_unknown_address(const Answer& answer) {
  return answer.status == 404 && answer.str("ErrorMessage").find("the address is unknown") != std::string::npos;
}

}  // namespace

TEST_CASE("An address has the methods that the table gives it, and 405 names just these for all others") {
  TestApi api;
  std::map<std::string, std::set<std::string>> addresses;
  for (const api::Route& route : api.server().router().routes()) addresses[address_of(route)].insert(route.method);
  std::size_t tried = 0;
  for (const auto& [path, methods] : addresses) {
    for (const std::string_view method : kMethods) {
      const bool is_there = methods.contains(std::string(method));
      if (is_there && method != "GET") continue;  // what they do is for other tests to say
      CAPTURE(path);
      CAPTURE(method);
      net::Request request;
      request.method = method;
      request.path = path;
      request.headers = {{"X-Octopus-ApiKey", std::string(kAdminKey)}};
      const net::Response response = api.handle(request);
      CHECK(response.headers.find("X-Content-Type-Options") == "nosniff");
      CHECK(response.headers.find("Cache-Control") ==
            (path == "/api/openapi.json" && is_there ? "no-cache" : "no-store"));
      if (is_there) {
        CHECK(response.status != 405);
        CHECK(response.body.find("the address is unknown") == std::string::npos);
      } else {
        // Another pattern may serve the same address, "projects/all" as "projects/{id}", and be allowed as well.
        const bool has_other = response.status != 405;
        if (!has_other)
          CHECK_FALSE(methods_in(response.headers.find("Allow").value_or("")).contains(std::string(method)));
        CHECK(response.body.find("the address is unknown") == std::string::npos);
      }
      ++tried;
    }
  }
  MESSAGE(tried << " addresses with methods");
}

TEST_CASE("A misspelt address is unknown under every method, and the answer names both") {
  TestApi api;
  std::size_t tried = 0;
  for (const api::Route& route : api.server().router().routes()) {
    const std::string path = address_of(route);
    if (!path.starts_with("/api/") || route.pattern == "space root") continue;
    std::string misspelt = path;
    misspelt.insert(6, "q");
    for (const std::string_view method : kMethods) {
      CAPTURE(misspelt);
      CAPTURE(method);
      const Answer answer = api.send(std::string(method), misspelt);
      CHECK(is_unknown_address(answer));
      CHECK(answer.text.find(std::string(method) + " " + misspelt) != std::string::npos);
      ++tried;
    }
  }
  MESSAGE(tried << " misspelt addresses");
}

TEST_CASE("A word that is neither address nor space is an unknown address; a space that is none is named as one") {
  TestApi api;
  for (const char* method : {"GET", "POST", "PUT", "DELETE"})
    CHECK(is_unknown_address(api.send(method, "/api/nonsense")));
  CHECK(api.get("/api/nonsense/projects").str("ErrorMessage") == "The space 'nonsense' was not found.");
  CHECK(is_unknown_address(api.send("DELETE", "/api/nonsense/projects")));
  CHECK(api.send("DELETE", "/api/Spaces-1/projects").status == 405);
  // Without a key nobody learns which spaces there are.
  for (const char* space : {"Spaces-1", "nonsense"}) {
    CHECK(api.send("DELETE", std::string("/api/") + space + "/projects", "", {{"X-Octopus-ApiKey", ""}}).status == 401);
  }
}

TEST_CASE("Only what concerns the caller or the server's ways, or refuses in any case, needs no permission") {
  TestApi api;
  const auto is_for_all = [](const api::Route& route) {
    // The stream of changes asks for each event's own permission.
    constexpr std::string_view areas[] = {"users/",       "capabilities", "configuration",
                                          "serverstatus", "space root",   "live"};
    return route.summary.starts_with("Refuses") ||
           std::ranges::any_of(areas, [&](std::string_view area) { return route.pattern.starts_with(area); });
  };
  for (const api::Route& route : api.server().router().routes()) {
    CAPTURE(route.pattern);
    CHECK((route.permission != api::kAuthenticated || is_for_all(route)));
  }
  MESSAGE(api.server().router().routes().size() << " routes");
}

TEST_CASE("The OpenAPI document is made once and not sent to who has it") {
  TestApi api;
  net::Request request;
  request.method = "GET";
  request.path = "/api/openapi.json";
  const net::Response first = api.handle(request);
  const std::string tag(first.headers.find("ETag").value_or(""));
  REQUIRE_FALSE(tag.empty());
  request.headers = {{"If-None-Match", tag}};
  const net::Response again = api.handle(request);
  CHECK(again.status == 304);
  CHECK(again.body.empty());
  request.headers = {{"If-None-Match", "\"other\""}};
  CHECK(api.handle(request).body == first.body);
}
