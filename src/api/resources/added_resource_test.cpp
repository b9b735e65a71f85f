// A resource that is added to the catalogue has all that resources have, without another line.
#include <doctest/doctest.h>

#include "api/testing.h"

using namespace slipway;
using namespace slipway::api::testing;

namespace {

/// Proxies as they may come one day, at an address that answers with an empty list until then.
model::Schema proxy_schema() {
  using namespace model;
  return {
      .type = "Proxy",
      .collection = "proxies",
      .id_prefix = "Proxies",
      .fields = {name_field(), slug_field(), text("Notes"), secret("Password"),
                 references("EnvironmentIds", {"Environment"})},
      .filters = {{"notes", "Notes"}},
      .list_template = "{?skip,take,ids,partialName,notes}",
      .link_name = "Proxies",
      .permissions = permissions_of("Proxy"),
  };
}

/// What belongs to projects and has an address below theirs, which answers with an empty list and refuses until then.
model::Schema trigger_schema() {
  using namespace model;
  return {
      .type = "ProjectTrigger",
      .collection = "projecttriggers",
      .id_prefix = "ProjectTriggers",
      .parent = "ProjectId",
      .fields = {name_field(), reference("ProjectId", {"Project"}).required().fixed()},
      .nestings = {{"Project", "ProjectId", "triggers", Nesting::Shape::collection}},
      .link_name = "ProjectTriggers",
      .permissions = permissions_of("Trigger"),
  };
}

model::Catalogue with(model::Schema added) {
  const model::Catalogue product = model::all_resources();
  std::vector<model::Schema> schemas(product.all().begin(), product.all().end());
  schemas.push_back(std::move(added));
  return model::Catalogue(std::move(schemas));
}

constexpr const char* kAll = "/api/Spaces-1/proxies";

}  // namespace

TEST_CASE("a schema that is added has routes, which take the place of an empty list") {
  TestApi api(with(proxy_schema()));
  const Answer environment = api.make_environment("Test");
  const Answer made = api.post(kAll, json::object{{"Name", "Shop"},
                                                  {"Notes", "renewed"},
                                                  {"Password", {{"HasValue", true}, {"NewValue", "----key"}}},
                                                  {"EnvironmentIds", json::array{json::value(environment.id())}}});
  REQUIRE_MESSAGE(made.status == 201, made.text);
  CHECK(made.id() == "Proxies-1");
  CHECK(made.str("Slug") == "shop");
  CHECK(made.text.find("----key") == std::string::npos);
  CHECK(api.get(std::string(kAll) + "?notes=renewed").items().size() == 1);
  CHECK(api.get(std::string(kAll) + "?notes=other").items().empty());
  CHECK(api.get(std::string(kAll) + "/all").body.as_array().size() == 1);
  json::object changed = api.get(std::string(kAll) + "/shop").body.as_object();
  changed["Notes"] = "again";
  CHECK(api.put(std::string(kAll) + "/Proxies-1", changed).str("Notes") == "again");
  CHECK(api.remove("/api/Spaces-1/environments/" + environment.id()).status == 400);
  CHECK(api.remove(std::string(kAll) + "/Proxies-1").status == 200);
  CHECK(api.get(std::string(kAll) + "/Proxies-1").status == 404);
}

TEST_CASE("a schema that is added refuses bad input, and its acts are on record") {
  TestApi api(with(proxy_schema()));
  api.sends_documented_bodies = false;
  CHECK(api.post(kAll, json::object{{"Name", ""}}).status == 400);
  CHECK(api.post(kAll, json::object{{"Name", "A"}, {"Notse", "x"}}).errors().find("Did you mean Notes") !=
        std::string::npos);
  CHECK(api.post(kAll, json::object{{"Name", "A"}, {"EnvironmentIds", {"Environments-9"}}}).status == 400);
  CHECK(api.send("GET", kAll, "", {{"X-Octopus-ApiKey", "API-NOBODYNOBODYNOBODYNOBODY0000"}}).status == 401);
  CHECK(api.post(kAll, json::object{{"Name", "A"}}).status == 201);
  CHECK(api.post(kAll, json::object{{"Name", "a"}}).status == 400);
  const Answer events = api.get("/api/events?regarding=Proxies-1");
  REQUIRE(events.items().size() == 1);
  CHECK(events.items()[0].at("Category") == "Created");
}

TEST_CASE("a schema that is added is linked and described") {
  TestApi api(with(proxy_schema()));
  CHECK(api.get("/api/Spaces-1")["Links"].at("Proxies") ==
        "/api/Spaces-1/proxies{/id}{?skip,take,ids,partialName,notes}");
  const Answer description = api.get("/api/openapi.json");
  CHECK(description["components"].at("schemas").as_object().contains("Proxy"));
  const auto& paths = description["paths"].as_object();
  const auto is_there = [&](std::string_view method) {
    return std::any_of(paths.begin(), paths.end(), [&](const auto& path) {
      return std::string_view(path.key()).ends_with("/proxies/{id}") && path.value().as_object().contains(method);
    });
  };
  for (const char* method : {"get", "put", "delete"}) CHECK_MESSAGE(is_there(method), method);
}

TEST_CASE("a schema that is added has the addresses below its owner's, goes with it, and is told of in its trail") {
  TestApi api(with(trigger_schema()));
  api.make_project("Web");
  const std::string triggers = "/api/Spaces-1/projects/Projects-1/triggers";
  const Answer made = api.post(triggers, json::object{{"Name", "Nightly"}});
  REQUIRE_MESSAGE(made.status == 201, made.text);
  CHECK(made.str("ProjectId") == "Projects-1");
  CHECK(api.get(triggers).items().size() == 1);
  CHECK(api.get("/api/Spaces-1/projecttriggers").items().size() == 1);
  const Answer events = api.get("/api/events?regarding=" + made.id() + "&projects=Projects-1");
  CHECK(events.items().size() == 1);
  CHECK(api.remove("/api/Spaces-1/projects/Projects-1").status == 200);
  CHECK(api.get("/api/Spaces-1/projecttriggers/" + made.id()).status == 404);
}
