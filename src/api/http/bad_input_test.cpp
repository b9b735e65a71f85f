// Whatever a stranger sends to any route gets the contract's error body, and nothing breaks.
#include <functional>

#include "api/http/open_api.h"
#include "api/http/shape.h"
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

namespace {

using Around = std::function<std::string(const std::string&)>;

/// What a body may hold, walked by its shape: each object with the text that stands around it.
class Walk {
 public:
  using Visit = std::function<void(const json::object& shape, const Around&, const std::string& path)>;
  Walk(const json::object& components, Visit visit) : components_(components), visit_(std::move(visit)) {}

  void follow(const json::object& shape, const Around& around, const std::string& path) {
    if (depth_ > 10) return;  // some shapes hold themselves
    ++depth_;
    if (const auto reference = json::text_at(shape, "$ref")) {
      follow(components_.at(reference->substr(reference->rfind('/') + 1)).as_object(), around, path);
    } else if (const json::array* parts = json::array_at(shape, shape.contains("allOf") ? "allOf" : "oneOf")) {
      for (const json::value& part : *parts) follow(part.as_object(), around, path);
    } else if (const json::object* items = json::object_at(shape, "items")) {
      follow(
          *items, [&](const std::string& text) { return around("[7," + text + "]"); }, path + "[1]");
    } else if (shape.contains("properties") || json::object_at(shape, "additionalProperties") != nullptr) {
      visit_(shape, around, path);
      if (const json::object* declared = json::object_at(shape, "properties")) {
        for (const auto& member : *declared) follow_member(member.key(), member.value().as_object(), around, path);
      }
      if (const json::object* values = json::object_at(shape, "additionalProperties")) {
        follow_member("a key", *values, around, path);
      }
    }
    --depth_;
  }

 private:
  void follow_member(std::string_view name, const json::object& shape, const Around& around, const std::string& path) {
    const auto inside = [&](const std::string& text) { return around(fmt::format("{{\"{}\":{}}}", name, text)); };
    follow(shape, inside, path.empty() ? std::string(name) : fmt::format("{}.{}", path, name));
  }

  const json::object& components_;
  const Visit visit_;
  int depth_ = 0;
};

}  // namespace

TEST_CASE("A member that stands twice in any body is refused with its place, and the keys of maps are data") {
  TestApi api;
  api.sends_documented_bodies = false;
  const json::object components = api::component_schemas(api.services().catalogue);
  int refused = 0, let_by = 0;
  for (const api::Route& route : api.server().router().routes()) {
    if (!route.body || (route.method != "POST" && route.method != "PUT")) continue;
    CAPTURE(route.method);
    CAPTURE(route.pattern);
    const auto send = [&](const std::string& body) {
      return api.send(route.method, address(route, "Projects-1"), body).text;
    };
    const auto expect = [&](const std::string& body, const std::string& problem) {
      ++refused;
      const std::string text = send(body);
      CHECK_MESSAGE(text.find(problem) != std::string::npos, body << ": " << text);
    };
    Walk walk(components, [&](const json::object& shape, const Around& around, const std::string& path) {
      const std::string place = path.empty() ? "" : path + ".";
      std::vector<std::string> names{"Unmodelled"};
      if (const json::object* declared = json::object_at(shape, "properties")) {
        if (!declared->empty()) names.emplace_back(declared->begin()->key());
      }
      for (const std::string& name : names) {
        expect(around(fmt::format(R"({{"{0}":null,"x":1,"{0}":null}})", name)),
               place + name + " stands more than once in the body");
        const std::string other = to_lower_ascii(name);
        const std::string both = around(
            fmt::format(R"({{"{}":null,"\u00{:x}{}":null}})", name, static_cast<unsigned>(other[0]), other.substr(1)));
        if (api::shape::ignores_case_of_names(shape)) {
          expect(both, place + name + " stands in the body also as " + other);
        } else {
          ++let_by;
          CHECK(send(both).find("the same name") == std::string::npos);
        }
      }
    });
    walk.follow(
        *route.body, [](const std::string& text) { return text; }, "");
  }
  MESSAGE(refused << " bodies with a repeated member, " << let_by << " maps with keys that differ in case");
  CHECK(refused > 600);
}

TEST_CASE("A body of very many names is judged by sorting them, whatever they are") {
  TestApi api;
  std::string body = "{\"Name\":\"x\"";
  for (int i = 0; i < 300'000; ++i) body += fmt::format(",\"n{}\":0", i);
  const Answer answer = api.send("POST", "/api/Spaces-1/environments", body + ",\"N7\":0}");
  CHECK(answer.status == 400);
  CHECK(answer.text.find("N7 stands in the body also as n7") != std::string::npos);
}

TEST_CASE("A body that is no UTF-8 text is refused with what it is") {
  TestApi api;
  const std::pair<std::string, std::string> cases[] = {
      {"\xEF\xBB\xBF{}", "byte order mark"},        {std::string("\xFF\xFE{\0}\0", 6), "UTF-16"},
      {std::string("\xFE\xFF\0{\0}", 6), "UTF-16"}, {std::string("{\0}\0", 4), "UTF-16"},
      {std::string("\0{\0}", 4), "UTF-16"},         {"\x1F\x8B\x08", "compressed"},
      {"\x28\xB5\x2F\xFD", "compressed"},
  };
  for (const auto& [body, cause] : cases) {
    const Answer answer = api.send("POST", "/api/Spaces-1/environments", body);
    CHECK(answer.status == 400);
    CHECK_MESSAGE(answer.text.find(cause) != std::string::npos, answer.text);
  }
  for (const char* encoding : {"gzip", "br", "deflate", "zstd, gzip"}) {
    const Answer answer =
        api.send("POST", "/api/Spaces-1/environments", R"({"Name":"x"})", {{"Content-Encoding", encoding}});
    CHECK(answer.status == 400);
    CHECK_MESSAGE(answer.text.find(fmt::format("Content-Encoding: {}", encoding)) != std::string::npos, answer.text);
  }
  CHECK(api.send("POST", "/api/Spaces-1/environments", R"({"Name":"x"})", {{"Content-Encoding", "identity"}}).status ==
        201);
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
