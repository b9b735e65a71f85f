#include "api/http/open_api.h"

#include <functional>
#include <set>

#include "api/delivery/delivery_testing.h"
#include "api/http/shape.h"
#include "api/resources/samples_testing.h"

using namespace slipway;
using namespace slipway::api::testing;

namespace {

/// Each reference in the document.
void each_reference(const json::value& v, const std::function<void(std::string_view)>& found) {
  if (const json::array* items = v.if_array()) {
    for (const json::value& item : *items) each_reference(item, found);
  }
  const json::object* members = v.if_object();
  if (members == nullptr) return;
  for (const auto& member : *members) {
    if (member.key() == "$ref") found(json::view(member.value().as_string()));
    each_reference(member.value(), found);
  }
}

/// The names of the members that a component describes.
std::set<std::string> members_of_component(const json::object& components, const std::string& name) {
  std::set<std::string> names;
  for (const auto& member : components.at(name).at("properties").as_object()) names.emplace(member.key());
  return names;
}

/// An API in which there is a document of every kind, and something was deployed.
struct FullApi : DeliveryApi {
  FullApi() {
    for (const Sample& sample : kSamples) send("POST", sample.path, sample.body);
    REQUIRE(make_release("1.0.0").status == 201);
    const Answer deployed = deploy("1.0.0", "Dev");
    REQUIRE_MESSAGE(deployed.status == 201, deployed.text);
    REQUIRE(post("/api/users/me/apikeys", json::object{{"Purpose", "test"}}).status == 201);
    REQUIRE(post("/api/Spaces-1/releases/Releases-1/defects", json::object{{"Description", "x"}}).status == 201);
  }

  /// The id of some document that the collection lists.
  std::string some(const std::string& collection) {
    if (collection == "retentionpolicies") {
      return get("/api/Spaces-1/retentionpolicies?RetentionType=LifecycleRelease").id();
    }
    const Answer page = get("/api/Spaces-1/" + collection + "?take=1");
    REQUIRE_MESSAGE(page.status == 200, collection << page.text);
    return page.items().empty() ? "None-1" : std::string(json::view(page.items()[0].at("Id").as_string()));
  }

  /// An address of the route at which there is something.
  std::string address_of(const api::Route& route) {
    if (route.pattern.starts_with('/')) return route.pattern;
    if (route.pattern == "space root") return "/api/Spaces-1";
    std::string path = "/api/Spaces-1";
    std::string before;
    for (const std::string_view segment : split(route.pattern, '/')) {
      if (segment.empty()) continue;
      path += '/';
      path += segment.starts_with('{') ? value_of(segment, before) : std::string(segment);
      before = segment;
    }
    return route.pattern == "retentionpolicies" ? path + "?RetentionType=LifecycleRelease" : path;
  }

  std::string value_of(std::string_view parameter, const std::string& before) {
    if (parameter == "{version}") return before == "versions" ? "0" : "1.0.0";
    if (parameter == "{userId}") return "me";
    if (parameter == "{key}") return "APIKeys-1";
    if (parameter == "{project}" && before == "progression") return "Projects-1";
    if (before == "preview") return "Environments-1";
    if (parameter == "{tenant}") return some("tenants");
    if (before == "configuration") return "authentication";
    if (before == "channels" && parameter == "{channel}") return "Channels-1";
    if (before == "projects" || before == "channels" || before == "environments") {
      return before == "projects" ? "Projects-1" : before == "channels" ? "Channels-1" : "Environments-1";
    }
    return before.starts_with('{') ? "Environments-1" : some(before);
  }
};

}  // namespace

TEST_CASE("The OpenAPI document describes every route: body, answer, parameters, and what they refer to") {
  TestApi api;
  const Answer document = api.get("/api/openapi.json");
  REQUIRE(document.status == 200);
  const json::object& paths = document["paths"].as_object();
  std::size_t operations = 0, parameters = 0;
  std::set<std::string> ids;
  for (const auto& path : paths) {
    for (const auto& operation : path.value().as_object()) {
      ++operations;
      const std::string id(json::view(operation.value().at("operationId").as_string()));
      CHECK_MESSAGE(ids.insert(id).second, id << " stands twice");
      for (const json::value& parameter : operation.value().at("parameters").as_array()) {
        parameters += parameter.at("in") == "query" ? 1 : 0;
      }
    }
  }
  CHECK(operations == api.server().router().routes().size());
  std::size_t declared = 0;
  for (const api::Route& route : api.server().router().routes()) {
    CAPTURE(route.method);
    CAPTURE(route.pattern);
    CHECK(route.answer.has_value());
    CHECK(route.body.has_value() == (route.method == "POST" || route.method == "PUT"));
    declared += route.query.size();
  }
  CHECK(parameters == declared);
  const json::object& components = document.body.at("components").at("schemas").as_object();
  std::size_t references = 0;
  each_reference(document.body, [&](std::string_view reference) {
    ++references;
    REQUIRE(reference.starts_with("#/components/schemas/"));
    CHECK_MESSAGE(components.contains(reference.substr(reference.rfind('/') + 1)), reference);
  });
  MESSAGE(fmt::format("{} operations, {} query parameters, {} references to {} components", operations, parameters,
                      references, components.size()));
  const json::value& project = components.at("Project");
  CHECK(project.at("properties").at("LifecycleId").at("type") == "string");
  CHECK(project.at("required").as_array().size() == 3);
  CHECK(paths.at("/api/{spaceId}/projects/{id}").at("get").at("x-permission") == "ProjectView");
}

TEST_CASE("Each kind of a document is described by itself, with the members that it has and no others") {
  TestApi api;
  const Answer document = api.get("/api/openapi.json");
  const json::object& components = document.body.at("components").at("schemas").as_object();
  int kinds = 0;
  for (const model::Schema& schema : api.services().catalogue.all()) {
    const json::object& component = components.at(schema.type).as_object();
    const bool differ = std::ranges::any_of(schema.kinds, [](const auto& kind) { return !kind.second.empty(); });
    CAPTURE(schema.type);
    REQUIRE(component.contains("oneOf") == differ);
    if (!differ) continue;
    CHECK(component.at("oneOf").as_array().size() == schema.kinds.size());
    CHECK(component.at("discriminator").at("propertyName") == json::value(schema.discriminator));
    for (const auto& [kind, own] : schema.kinds) {
      ++kinds;
      CAPTURE(kind);
      const json::value& reference = component.at("discriminator").at("mapping").at(kind);
      const std::string name(
          json::view(reference.as_string()).substr(std::string_view("#/components/schemas/").size()));
      std::set<std::string> expected{"Id", "Links"};
      if (schema.scope == model::Scope::space) expected.insert("SpaceId");
      for (const model::Field* field : schema.fields_of(kind)) expected.insert(field->name);
      CHECK(members_of_component(components, name) == expected);
      CHECK(components.at(name).at("properties").at(schema.discriminator).at("enum") ==
            json::value(json::array{json::value(kind)}));
    }
  }
  CHECK(kinds > 25);
  MESSAGE(kinds << " kinds");
}

TEST_CASE("The two calls of a pipeline are described with all their members") {
  TestApi api;
  const Answer document = api.get("/api/openapi.json");
  const auto properties = [&](std::string_view path) {
    return document["paths"]
        .at(path)
        .at("post")
        .at("requestBody")
        .at("content")
        .at("application/json")
        .at("schema")
        .at("properties");
  };
  const json::value release = properties("/api/{spaceId}/releases/create/v1");
  for (const char* member : {"ProjectName", "ChannelName", "Packages", "IgnoreIfAlreadyExists", "SpaceIdOrName"}) {
    CHECK_MESSAGE(release.as_object().contains(member), member);
  }
  const json::value deployment = properties("/api/{spaceId}/deployments/create/tenanted/v1");
  for (const char* member : {"ProjectName", "EnvironmentName", "Tenants", "TenantTags", "Variables", "RunAt"}) {
    CHECK_MESSAGE(deployment.as_object().contains(member), member);
  }
  CHECK_FALSE(deployment.as_object().contains("EnvironmentNames"));
}

TEST_CASE("The check of shapes sees what is missing, of a wrong type, null, or not described") {
  namespace shape = api::shape;
  const json::object components{{"Word", shape::text()}};
  const json::object wanted = shape::object({{"A", shape::one("Word")},
                                             {"B", shape::or_null(shape::whole_number())},
                                             {"C", shape::list_of(shape::flag())},
                                             {"D", shape::map_of(shape::time())}});
  ShapeCheck check(components);
  const auto mistakes = [&](std::string_view text) { return check.mistakes(json::parse(text), wanted).size(); };
  CHECK(mistakes(R"({"A":"a","B":null,"C":[true],"D":{"x":"2024-05-01T02:03:04Z"}})") == 0);
  CHECK(mistakes(R"({"A":"a","B":1,"C":[]})") == 1);
  CHECK(mistakes(R"({"A":5,"B":"1","C":[1,true],"D":{"x":"soon"}})") == 4);
  CHECK(mistakes(R"({"A":null,"B":1,"C":{},"D":[],"E":1})") == 4);
}

TEST_CASE("What every reading route answers is as it is described") {
  FullApi api;  // which holds every answer against its description
  std::set<std::string> unread;
  std::size_t read = 0;
  for (const api::Route& route : api.server().router().routes()) {
    if (route.method != "GET") continue;
    const std::string path = api.address_of(route);
    CAPTURE(path);
    const Answer answer = api.get(path);
    CHECK(answer.status < 500);
    if (answer.status == 200) {
      ++read;
    } else {
      unread.insert(route.pattern);
    }
  }
  for (const std::string& pattern : unread) {
    CHECK_MESSAGE(api.documented().contains("GET " + pattern), pattern << " was not read");
  }
  MESSAGE(fmt::format("{} reading routes, answers of {} routes", read, api.documented().size()));
}

TEST_CASE("What a release or deployment is made with is refused, or comes back in the shape that clients read") {
  DeliveryApi api;
  REQUIRE(api.make_release("0.1.0").status == 201);
  const json::value values[] = {json::value("text"),
                                json::value(7),
                                json::value(true),
                                json::array{"text"},
                                json::array{""},
                                json::array{json::object{{"A", 1}}},
                                json::object{{"A", "text"}},
                                json::object{{"A", json::array{1}}},
                                json::object{{"GitRef", "refs/heads/main"}},
                                json::object{{"GitRef", 5}},
                                json::array(),
                                json::object(),
                                nullptr};
  struct Call {
    const char* pattern;
    json::object body;
  };
  const Call calls[] = {
      {"releases/create/v1", {{"ProjectName", "Web"}, {"PackageVersion", "1.0"}}},
      {"releases",
       {{"ProjectId", api.project},
        {"SelectedPackages", json::array{json::object{{"ActionName", "Deploy web"}, {"Version", "1.0"}}}}}},
      {"deployments/create/untenanted/v1",
       {{"ProjectName", "Web"}, {"ReleaseVersion", "0.1.0"}, {"EnvironmentNames", json::array{"Dev"}}}},
      {"deployments", {{"ReleaseId", "Releases-1"}, {"EnvironmentId", api.dev}}},
  };
  std::size_t tried = 0, made = 0;
  for (const Call& call : calls) {
    const auto& routes = api.server().router().routes();
    const auto route = std::find_if(routes.begin(), routes.end(), [&](const api::Route& r) {
      return r.method == "POST" && r.pattern == call.pattern;
    });
    for (const auto& member : route->body->at("properties").as_object()) {
      for (const json::value& v : values) {
        json::object body = call.body;
        if (std::string_view(call.pattern).starts_with("releases")) {
          body[call.pattern == std::string_view("releases") ? "Version" : "ReleaseVersion"] =
              fmt::format("1.{}", tried);
        }
        body[member.key()] = v;
        const Answer answer = api.post(fmt::format("/api/Spaces-1/{}", call.pattern), body);
        CAPTURE(json::to_text(body));
        CHECK_MESSAGE((answer.status < 300 || answer.status == 400 || answer.status == 404), answer.text);
        ++tried;
        made += answer.status < 300 ? 1 : 0;
      }
    }
  }
  // Each of these holds every release and deployment against what clients decode.
  CHECK(api.get("/api/Spaces-1/releases?take=100000").status == 200);
  CHECK(api.get("/api/Spaces-1/deployments?take=100000").status == 200);
  CHECK(api.get("/api/Spaces-1/projects/Web/progression?releaseHistoryCount=100").status == 200);
  MESSAGE(fmt::format("{} bodies tried, {} accepted", tried, made));
}
