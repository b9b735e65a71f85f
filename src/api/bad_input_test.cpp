// Whatever a stranger sends to any route gets the contract's error body, and nothing breaks.
#include <functional>

#include "api/testing.h"
#include "base/text.h"

using namespace slipway;
using namespace slipway::api::testing;

namespace {

/// The bodies that docs/api.md promises (Errors), whatever went wrong.
void check_contract(const Answer& answer) {
  CHECK_MESSAGE(answer.status < 500, answer.text);
  if (answer.status < 400) return;
  REQUIRE(answer.body.is_object());
  const json::object& body = answer.body.get_object();
  CHECK_FALSE(json::text_at(body, "ErrorMessage").value_or("").empty());
  if (answer.status == 404 || answer.status == 401) {
    CHECK_FALSE(body.contains("Errors"));
  } else {
    const json::array* errors = json::array_at(body, "Errors");
    REQUIRE(errors != nullptr);
    CHECK_FALSE(errors->empty());
  }
  CHECK(answer.headers.find("Content-Type") == "application/json; charset=utf-8");
}

/// The route's address with `value` for each parameter.
std::string address(const api::Route& route, std::string_view value) {
  std::string path = route.pattern.starts_with('/') ? "" : "/api/Spaces-1";
  for (const std::string_view segment : split(route.pattern, '/')) {
    if (segment.empty()) continue;
    path += '/';
    path += segment.starts_with('{') ? value : segment;
  }
  return path;
}

const std::string& deep_nesting() {
  static const std::string text(10u << 20, '[');
  return text;
}

/// A document in which every field of the schema has a type that it can't have.
json::object wrong_types(const model::Schema& schema, const json::value& wrong) {
  json::object document;
  for (const model::Field& field : schema.fields) document[field.name] = wrong;
  return document;
}

}  // namespace

TEST_CASE("Every route answers unknown and malformed parameters with the contract's bodies") {
  TestApi api;
  const std::string_view values[] = {"Nope-1", "a%2Fb", "%00", "%ff%fe", "%27%22%3B--", "Spaces-1", "%"};
  for (const api::Route& route : api.server().router().routes()) {
    if (route.pattern == "openapi.json" || route.pattern == "space root" || route.pattern == "/metrics") continue;
    for (const std::string_view value : values) {
      CAPTURE(route.method);
      CAPTURE(address(route, value));
      check_contract(api.send(route.method, address(route, value), route.method == "GET" ? "" : "{}"));
    }
    CHECK(api.send(route.method, address(route, std::string(8000, 'x'))).status < 500);
  }
}

TEST_CASE("Every reading route takes any query") {
  TestApi api;
  for (const api::Route& route : api.server().router().routes()) {
    if (route.method != "GET" || route.pattern == "openapi.json" || route.pattern == "space root" ||
        route.pattern == "/metrics")
      continue;
    for (const char* query :
         {"skip=-1&take=abc", "take=2147483647&skip=2147483647", "take=99999999999999999999", "ids=%ff",
          "partialName=%27%25_&name=%00&ids=,,,&&==&tags=/&projectId=&unknown[]=1", "take=0"}) {
      const std::string target = address(route, "Projects-1") + "?" + query;
      CAPTURE(target);
      check_contract(api.get(target));
    }
  }
}

TEST_CASE("Every writing route answers bad bodies with the contract's bodies") {
  TestApi api;
  api.make_project("Web");
  const std::string bodies[] = {"",
                                "{",
                                "null",
                                "[]",
                                "5",
                                "\"text\"",
                                "[1,2]",
                                "{\"Name\":\"\xff\"}",
                                "{\"a\":1}{",
                                R"({"Name":{}})",
                                R"({"Name":null,"ProjectId":[]})",
                                R"({"Name":"x","Id":5,"Version":"y","Links":7})",
                                "{\"Name\":\"a\\u0000b\"}",
                                "{\"Name\":\"\\ud800\"}",
                                R"({"Name":1e999})",
                                std::string("\0", 1),
                                std::string(100'000, '{')};
  for (const api::Route& route : api.server().router().routes()) {
    if (route.method == "GET" || route.method == "DELETE") continue;
    CAPTURE(route.method);
    CAPTURE(route.pattern);
    for (const std::string& body : bodies) {
      CAPTURE(body.substr(0, 60));
      check_contract(api.send(route.method, address(route, "Projects-1"), body));
    }
    const Answer deep = api.send(route.method, address(route, "Projects-1"), deep_nesting());
    check_contract(deep);
    CHECK(deep.status >= 400);
  }
}

TEST_CASE("A misspelt member of any body that is no document is refused with the right name, however deep it stands") {
  TestApi api;
  api.sends_documented_bodies = false;
  int tried = 0;
  std::size_t bodies = 0;
  for (const api::Route& route : api.server().router().routes()) {
    if (!route.body || !route.body->contains("properties")) continue;
    ++bodies;
    // With what the route declares around it: a list or an object.
    const std::function<void(const json::object&, const std::function<json::value(json::value)>&)> misspell =
        [&](const json::object& shape, const std::function<json::value(json::value)>& around) {
          const json::object* declared = json::object_at(shape, "properties");
          if (declared == nullptr) {
            const json::object* items = json::object_at(shape, "items");
            if (items != nullptr) misspell(*items, [&](json::value v) { return around(json::array{std::move(v)}); });
            return;
          }
          for (const auto& member : *declared) {
            const std::string name(member.key());
            misspell(member.value().as_object(), [&](json::value v) {
              return around(json::object{{name, std::move(v)}});
            });
            if (name.size() < 5) continue;
            std::string without_one = name, swapped = name, doubled = name;
            without_one.erase(name.size() / 2, 1);
            std::swap(swapped[1], swapped[2]);
            doubled.insert(2, 1, name[2]);
            for (const std::string& misspelt : {without_one, swapped, doubled}) {
              if (json::find(*declared, misspelt) != nullptr || equals_ignoring_case(misspelt, name)) continue;
              const Answer answer = api.send(route.method, address(route, "Nope-1"),
                                             json::to_text(around(json::object{{misspelt, "x"}})));
              ++tried;
              CAPTURE(route.pattern);
              CAPTURE(misspelt);
              CHECK_MESSAGE(answer.status == 400, answer.text);
              CHECK_MESSAGE(answer.text.find(misspelt + " is no known member. Did you mean ") != std::string::npos,
                            answer.text);
            }
          }
        };
    misspell(*route.body, [](json::value v) { return v; });
  }
  MESSAGE(tried << " misspelt members of " << bodies << " bodies");
  CHECK(tried > 150);
}

TEST_CASE("Members of a wrong type are refused by every resource") {
  TestApi api;
  api.make_project("Web");
  for (const model::Schema& schema : api.services().catalogue.all()) {
    CAPTURE(schema.type);
    for (const json::value& wrong :
         {json::value(json::array{json::array{1}}), json::value(json::object{{"x", json::array{}}}), json::value(7.5),
          json::value(std::string(300'000, 'y'))}) {
      const Answer answer = api.post("/api/Spaces-1/" + schema.collection, wrong_types(schema, wrong));
      check_contract(answer);
      CHECK(answer.status >= 400);
    }
  }
}

TEST_CASE("Addresses and methods that don't exist are told apart") {
  TestApi api;
  for (const char* path :
       {"/", "/nowhere", "/api/Spaces-1/nowhere", "/api/nowhere/projects", "/api/spaces/Spaces-1/nowhere",
        "/api/Spaces-1/projects/x/y/z/w/v", "/api/%ff/projects", "//", "/api/Spaces-1/projects/%"}) {
    CAPTURE(path);
    check_contract(api.get(path));
  }
  CHECK(api.get("/api/Spaces-1/nowhere").status == 404);
  const Answer wrong_method = api.send("DELETE", "/api/Spaces-1/projects");
  CHECK(wrong_method.status == 405);
  CHECK(wrong_method.headers.find("Allow") == "GET, POST");
  check_contract(wrong_method);
}

TEST_CASE("A body over the limit is too large") {
  TestApi api;
  const Answer answer = api.send("POST", "/api/environments", "{" + std::string(32u << 20, ' '));
  CHECK(answer.status == 413);
  check_contract(answer);
}
