#include "api/authentication.h"

#include "api/testing.h"

using namespace slipway;
using namespace slipway::api::testing;

namespace {

std::string new_key(TestApi& api, std::string_view user, json::value expires = nullptr) {
  const Answer made = api.post("/api/users/" + std::string(user) + "/apikeys",
                               json::object{{"Purpose", "test"}, {"Expires", std::move(expires)}});
  REQUIRE_MESSAGE(made.status == 201, made.text);
  return made.str("ApiKey");
}

}  // namespace

TEST_CASE("Without a valid key there is nothing but the root") {
  TestApi api;
  const auto ask = [&](const char* path, const char* header, const std::string& value) {
    return api.send("GET", path, "", {{"X-Octopus-ApiKey", ""}, {header, value}});
  };
  CHECK(ask("/api", "X", "").status == 200);
  CHECK(ask("/api/", "X", "").status == 200);
  for (const char* path :
       {"/api/Spaces-1", "/api/users/me", "/api/projects", "/api/capabilities", "/api/Nowhere/projects"}) {
    CAPTURE(path);
    const Answer refused = ask(path, "Authorization", "Bearer API-WRONGWRONGWRONGWRONGWRONG");
    CHECK(refused.status == 401);
    CHECK(
        refused.text ==
        R"({"ErrorMessage":"You must be logged in to perform this action. Please provide a valid API key or log in again."})");
  }
  CHECK(ask("/api/users/me", "Authorization", "bearer " + std::string(admin_key)).status == 200);
}

TEST_CASE("A head alone tells whether its request has a valid key") {
  TestApi api;
  CHECK(api.judge({{"X-Octopus-ApiKey", std::string(admin_key)}}) == 0);
  CHECK(api.judge({{"Authorization", "Bearer " + std::string(admin_key)}}) == 0);
  CHECK(api.judge({{"X-Octopus-ApiKey", "API-WRONGWRONGWRONGWRONGWRONG"}}) == 401);
  CHECK(api.judge({}) == 401);
}

TEST_CASE("An API key is shown once, works at once, and not any more when deleted or expired") {
  TestApi api;
  const Answer made = api.post("/api/users/me/apikeys", json::object{{"Purpose", "CI"}});
  REQUIRE(made.status == 201);
  const std::string key = made.str("ApiKey");
  CHECK(key.starts_with("API-"));
  CHECK(key.size() == 36);
  const std::string self(json::view(made.body.at("Links").at("Self").as_string()));
  const Answer read = api.get(self);
  CHECK(read.text.find(key) == std::string::npos);
  CHECK(read.body.at("ApiKey").at("HasValue") == json::value(true));
  CHECK(api.get("/api/users/me/apikeys")["TotalResults"] == 2);
  const auto me = [&](const std::string& with_key) {
    return api.send("GET", "/api/users/me", "", {{"X-Octopus-ApiKey", with_key}});
  };
  CHECK(me(key).status == 200);
  CHECK(api.remove(self).status == 200);
  CHECK(me(key).status == 401);
  CHECK(api.get(self).status == 404);

  const std::string short_lived =
      new_key(api, "me", json::value(to_rfc3339(api.clock().now() + std::chrono::seconds(10))));
  CHECK(me(short_lived).status == 200);
  api.clock().advance(std::chrono::seconds(11));
  CHECK(me(short_lived).status == 401);
}

TEST_CASE("A user without a team may see themselves and nothing else") {
  TestApi api;
  const Answer jane = api.post("/api/users", json::object{{"Username", "jane"}, {"DisplayName", "Jane"}});
  const std::string key = new_key(api, jane.id());
  const auto as_jane = [&](std::string method, const std::string& path, std::string body = {}) {
    return api.send(std::move(method), path, std::move(body), {{"X-Octopus-ApiKey", key}});
  };
  CHECK(as_jane("GET", "/api/users/me").id() == jane.id());
  CHECK(as_jane("GET", "/api/users/" + jane.id() + "/apikeys").status == 200);
  CHECK(as_jane("GET", "/api/users/Users-1/apikeys").status == 403);
  const Answer refused = as_jane("GET", "/api/Spaces-1/projects");
  CHECK(refused.status == 403);
  CHECK(refused.text.find("ProjectView") != std::string::npos);
  CHECK(refused["HelpText"].is_string());
  CHECK(as_jane("POST", "/api/Spaces-1/environments", R"({"Name":"X"})").status == 403);

  api.put("/api/teams/teams-administrators", with(api.get("/api/teams/teams-administrators").body, "MemberUserIds",
                                                  json::array{"Users-1", json::value(jane.id())}));
  CHECK(as_jane("GET", "/api/Spaces-1/projects").status == 200);
  api.put("/api/users/" + jane.id(), with(jane.body, "IsActive", false));
  CHECK(as_jane("GET", "/api/users/me").status == 401);
  CHECK(api.remove("/api/users/Users-1").status == 400);
}

TEST_CASE("The seed is planted once, and a given key is added to a database that is there") {
  TestApi api;
  const std::string more = "API-SECONDSECONDSECONDSECOND22";
  const auto seeded = api::seed(api.services(), Secret(more));
  CHECK(seeded.installation_id == api.services().installation_id);
  CHECK_FALSE(seeded.new_admin_key);
  CHECK(api.send("GET", "/api/users/me", "", {{"X-Octopus-ApiKey", more}}).status == 200);
  CHECK(api.get("/api/spaces/all").body.as_array().size() == 1);
  const Answer audited = api.get("/api/events?regarding=APIKeys-2");
  REQUIRE(audited.items().size() == 1);
  CHECK(audited.items()[0].at("Message") == "API key 'Key given at start' (API-SECO…) of Users-1 was added at start.");
  CHECK_THROWS_AS(api::seed(api.services(), Secret("API-short")), Error);
  CHECK_THROWS_AS(api::seed(api.services(), Secret("secret secret secret secret")), Error);
}

TEST_CASE("A key that was given at a start and deleted since does not come back") {
  TestApi api;
  const std::string second = "API-SECONDSECONDSECONDSECOND22";
  const auto works = [&](std::string_view key) {
    return api.send("GET", "/api/users/me", "", {{"X-Octopus-ApiKey", std::string(key)}}).status == 200;
  };
  api::seed(api.services(), Secret(std::string(second)));
  CHECK(api.send("DELETE", "/api/users/me/apikeys/APIKeys-1", "", {{"X-Octopus-ApiKey", second}}).status == 200);
  api::seed(api.services(), Secret(std::string(admin_key)));
  CHECK_FALSE(works(admin_key));
  CHECK(works(second));
}

TEST_CASE("A given key finds the administrator under any name, and a deleted one stops no start") {
  TestApi api;
  const Answer admin = api.get("/api/users/me");
  CHECK(api.put("/api/users/Users-1", with(admin.body, "Username", "root")).status == 200);
  const std::string given = "API-SECONDSECONDSECONDSECOND22";
  api::seed(api.services(), Secret(std::string(given)));
  CHECK(api.send("GET", "/api/users/me", "", {{"X-Octopus-ApiKey", given}}).str("Username") == "root");
  const Answer other = api.post("/api/users", json::object{{"Username", "jane"}, {"DisplayName", "Jane"}});
  const Answer team = api.get("/api/teams/teams-administrators");
  CHECK(api.put("/api/teams/teams-administrators",
                with(team.body, "MemberUserIds", json::array{"Users-1", json::value(other.id())}))
            .status == 200);
  const std::string jane = new_key(api, other.id());
  CHECK(api.send("DELETE", "/api/users/Users-1", "", {{"X-Octopus-ApiKey", jane}}).status == 200);
  CHECK_NOTHROW(api::seed(api.services(), Secret("API-THIRDTHIRDTHIRDTHIRDTHIRD3")));
}

TEST_CASE("A key made by one that expires does not outlive it") {
  TestApi api;
  const Time end = api.clock().now() + std::chrono::hours(1);
  const std::string lent = new_key(api, "me", json::value(to_rfc3339(end)));
  const auto made_by_lent = [&](json::value expires) {
    const Answer made = api.send("POST", "/api/users/me/apikeys",
                                 json::to_text(json::object{{"Purpose", "more"}, {"Expires", std::move(expires)}}),
                                 {{"X-Octopus-ApiKey", lent}});
    REQUIRE_MESSAGE(made.status == 201, made.text);
    return made.str("Expires");
  };
  CHECK(made_by_lent(nullptr) == to_rfc3339(end));
  CHECK(made_by_lent(json::value(to_rfc3339(end + std::chrono::hours(1)))) == to_rfc3339(end));
  CHECK(made_by_lent(json::value(to_rfc3339(end - std::chrono::minutes(1)))) ==
        to_rfc3339(end - std::chrono::minutes(1)));
}
