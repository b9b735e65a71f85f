#include "api/people/authentication.h"

#include "api/people/refused_sign_ins.h"
#include "api/testing.h"
#include "documents/document_store.h"
#include "storage/resources.h"

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
    CHECK(refused.str("ErrorMessage")
              .starts_with(
                  "You must be logged in to perform this action. Please provide a valid API key or log in again. "));
    CHECK(refused.body.as_object().size() == 1);
  }
  CHECK(ask("/api/users/me", "Authorization", "bearer " + std::string(kAdminKey)).status == 200);
}

TEST_CASE("A refusal says whether the key is missing, unknown or expired") {
  TestApi api;
  const auto why = [&](net::Headers headers) { return api.send("GET", "/api/users/me", "", std::move(headers)).text; };
  CHECK(why({{"X-Octopus-ApiKey", ""}}).find("has no API key") != std::string::npos);
  CHECK(why({{"X-Octopus-ApiKey", "API-WRONGWRONGWRONGWRONGWRONG"}}).find("is unknown") != std::string::npos);
  const std::string key = new_key(api, "me", json::value(to_rfc3339(api.clock().now() + std::chrono::seconds(10))));
  api.clock().advance(std::chrono::seconds(11));
  const std::string expired = why({{"X-Octopus-ApiKey", key}});
  CHECK(expired.find("has expired at 20") != std::string::npos);
  CHECK(expired.find(key) == std::string::npos);
}

TEST_CASE("A request with two of a header that decides what is done is refused, and methods are listed once") {
  TestApi api;
  for (const char* name : {"X-HTTP-Method-Override", "Idempotency-Key", "If-Match"}) {
    CAPTURE(name);
    net::Headers headers;
    headers.add(name, "PUT");
    headers.add(name, "DELETE");
    const Answer answer = api.send("POST", "/api/Spaces-1/environments", R"({"Name":"E"})", headers);
    CHECK(answer.status == 400);
    CHECK_MESSAGE(answer.text.find(std::string("more than one ") + name) != std::string::npos, answer.text);
  }
  CHECK(api.get("/api/Spaces-1/environments")["TotalResults"] == json::value(0));
  const Answer patched = api.send("PATCH", "/api/users/me", "{}");
  CHECK(patched.status == 405);
  CHECK_MESSAGE(patched.text.find("it has GET, PUT, DELETE.") != std::string::npos, patched.text);
}

TEST_CASE("A request with two keys is refused, whichever is good") {
  TestApi api;
  const std::string good(kAdminKey);
  for (const char* header : {"X-Octopus-ApiKey", "x-octopus-apikey"}) {
    for (const std::string& other : {std::string("API-WRONGWRONGWRONGWRONGWRONG"), good}) {
      const net::Headers both{{"X-Octopus-ApiKey", good}, {header, other}};
      CHECK(api.send("GET", "/api/users/me", "", both).status == 400);
      CHECK(api.authorize_head(both) == 400);
      CHECK(api.authorize_head({{header, other}, {"X-Octopus-ApiKey", good}}) == 400);
    }
  }
  CHECK(api.authorize_head({{"X-Octopus-ApiKey", ""}, {"X-Octopus-ApiKey", good}}) == 0);
}

TEST_CASE("Wrong keys are counted and slow their connection; a missing key is no guess") {
  TestApi api;
  net::Request request;
  request.method = "GET";
  request.path = "/api/users/me";
  CHECK_FALSE(api.handle(request).wrong_key);
  CHECK(api.server().refused_sign_ins() == 0);
  request.headers = {{"X-Octopus-ApiKey", "API-WRONGWRONGWRONGWRONGWRONG"}};
  CHECK(api.handle(request).wrong_key);
  CHECK(api.server().authorize_head(request)->wrong_key);
  CHECK(api.server().refused_sign_ins() == 2);
  request.headers = {{"X-Octopus-ApiKey", std::string(kAdminKey)}};
  CHECK_FALSE(api.handle(request).wrong_key);
}

TEST_CASE("The log tells of wrong keys with who sent them, a line in ten seconds at most, and never the key") {
  ManualClock clock;
  std::vector<std::string> lines;
  const Log log(clock, LogLevel::info, [&](std::string_view line) { lines.emplace_back(line); });
  api::RefusedSignIns refused(clock, log);
  net::Request request;
  request.method = "GET";
  request.path = "/api/projects";
  request.peer = "203.0.113.7";
  request.headers = {{"X-Octopus-ApiKey", "API-SECRETSECRET"}, {"User-Agent", "octo/9"}};
  for (int i = 0; i < 100; ++i) refused.add(request, "The API key is unknown.");
  clock.advance(std::chrono::seconds(10));
  refused.add(request, "The API key is unknown.");
  REQUIRE(lines.size() == 2);
  for (const char* part : {"203.0.113.7", "octo/9", "/api/projects", "is unknown"}) {
    CHECK(lines[0].find(part) != std::string::npos);
  }
  CHECK(lines[1].find(R"("others since the last line":99)") != std::string::npos);
  CHECK(lines[0].find("SECRET") == std::string::npos);
  CHECK(refused.count() == 101);
}

TEST_CASE("A user has at most 200 keys") {
  TestApi api;
  for (int i = 1; i < 200; ++i) new_key(api, "me");
  const Answer refused = api.post("/api/users/me/apikeys", json::object{{"Purpose", "one more"}});
  CHECK(refused.status == 409);
  CHECK(refused.text.find("200 API keys") != std::string::npos);
  CHECK(api.remove("/api/users/me/apikeys/APIKeys-2").status == 200);
  new_key(api, "me");
}

TEST_CASE("An audit entry says from where, with what program and by which key a change came") {
  TestApi api;
  net::Request request;
  request.method = "POST";
  request.path = "/api/environments";
  request.body = R"({"Name":"Traced"})";
  request.peer = "203.0.113.7";
  request.headers = {{"X-Octopus-ApiKey", std::string(kAdminKey)}, {"User-Agent", "octo/9"}};
  const auto made = json::parse(api.handle(request).body);
  const Answer events =
      api.get("/api/events?regarding=" + std::string(json::view(made.as_object().at("Id").as_string())));
  REQUIRE(events.items().size() == 1);
  const auto& event = events.items()[0].as_object();
  CHECK(event.at("IpAddress") == "203.0.113.7");
  CHECK(event.at("UserAgent") == "octo/9");
  CHECK(event.at("IdentityEstablishedWith") == "API key APIKeys-1");
}

TEST_CASE("A head alone tells whether its request has a valid key") {
  TestApi api;
  CHECK(api.authorize_head({{"X-Octopus-ApiKey", std::string(kAdminKey)}}) == 0);
  CHECK(api.authorize_head({{"Authorization", "Bearer " + std::string(kAdminKey)}}) == 0);
  CHECK(api.authorize_head({{"X-Octopus-ApiKey", "API-WRONGWRONGWRONGWRONGWRONG"}}) == 401);
  CHECK(api.authorize_head({}) == 401);
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
  const auto seeded = documents::seed(api.services(), api.database(), api.log(), Secret(more));
  CHECK(seeded.installation_id == api.services().installation_id);
  CHECK_FALSE(seeded.new_admin_key);
  CHECK(api.send("GET", "/api/users/me", "", {{"X-Octopus-ApiKey", more}}).status == 200);
  CHECK(api.get("/api/spaces/all").body.as_array().size() == 1);
  const Answer audited = api.get("/api/events?regarding=APIKeys-2");
  REQUIRE(audited.items().size() == 1);
  CHECK(audited.items()[0].at("Message") == "API key 'Key given at start' (API-SECO…) of Users-1 was created.");
  CHECK_THROWS_AS(documents::seed(api.services(), api.database(), api.log(), Secret("API-short")), Error);
  CHECK_THROWS_AS(documents::seed(api.services(), api.database(), api.log(), Secret("secret secret secret secret")),
                  Error);
}

TEST_CASE("The built-in roles of a database that an earlier version seeded grant what they grant today, others stay") {
  TestApi api;
  const json::value today = api.get("/api/userroles/all").body;
  const json::object custom{
      {"Id", "UserRoles-1"}, {"Name", "Ours"}, {"GrantedSpacePermissions", json::array{"ProjectView"}}};
  api.database().write("as it was before", [&](storage::Txn& txn) {
    const auto change = [&](const char* id, const auto& edit) {
      auto row = storage::find_resource(txn, id).value();
      json::object role = json::parse(row.body).as_object();
      edit(role);
      row.body = json::to_text(role);
      storage::update_resource(txn, row);
    };
    change("userroles-spacemanager",
           [](json::object& role) { role["GrantedSpacePermissions"] = json::array{"FeedView"}; });
    change("userroles-tenantmanager", [](json::object& role) { role["Description"] = "As it was."; });
    documents::DocumentStore store({api.services()}, txn);
    const model::Schema& roles = api.services().catalogue.get("UserRole");
    store.erase(roles, storage::find_resource(txn, "userroles-projectlead").value());
    store.create(roles, "", custom, model::Sender::server);
  });
  documents::seed(api.services(), api.database(), api.log(), std::nullopt);
  const json::value renewed = api.get("/api/userroles/all").body;
  CHECK(renewed.as_array().size() == today.as_array().size() + 1);
  for (const json::value& role : today.as_array()) {
    const Answer now = api.get(fmt::format("/api/userroles/{}", json::view(role.at("Id").as_string())));
    for (const char* member : {"Name", "Description", "GrantedSpacePermissions", "GrantedSystemPermissions"}) {
      CHECK(now[member] == role.at(member));
    }
  }
  CHECK(api.get("/api/userroles/UserRoles-1")["GrantedSpacePermissions"] == custom.at("GrantedSpacePermissions"));
  const auto events = [&] { return api.get("/api/events?take=0")["TotalResults"]; };
  const json::value told = events();
  documents::seed(api.services(), api.database(), api.log(), std::nullopt);
  CHECK(events() == told);
}

TEST_CASE("A role of somebody's making keeps the name that a built-in one would have, and stops no start") {
  TestApi api;
  api.database().write("a role of that name", [&](storage::Txn& txn) {
    documents::DocumentStore store({api.services()}, txn);
    const model::Schema& roles = api.services().catalogue.get("UserRole");
    store.erase(roles, storage::find_resource(txn, "userroles-projectlead").value());
    store.create(roles, "", {{"Name", "Project Lead"}}, model::Sender::server);
  });
  CHECK_NOTHROW(documents::seed(api.services(), api.database(), api.log(), std::nullopt));
  CHECK(api.get("/api/userroles/userroles-projectlead").status == 404);
}

TEST_CASE("A key that was given at a start and deleted since does not come back") {
  TestApi api;
  const std::string second = "API-SECONDSECONDSECONDSECOND22";
  const auto works = [&](std::string_view key) {
    return api.send("GET", "/api/users/me", "", {{"X-Octopus-ApiKey", std::string(key)}}).status == 200;
  };
  documents::seed(api.services(), api.database(), api.log(), Secret(std::string(second)));
  CHECK(api.send("DELETE", "/api/users/me/apikeys/APIKeys-1", "", {{"X-Octopus-ApiKey", second}}).status == 200);
  documents::seed(api.services(), api.database(), api.log(), Secret(std::string(kAdminKey)));
  CHECK_FALSE(works(kAdminKey));
  CHECK(works(second));
}

TEST_CASE("A given key finds the administrator under any name, and a deleted one stops no start") {
  TestApi api;
  const Answer admin = api.get("/api/users/me");
  CHECK(api.put("/api/users/Users-1", with(admin.body, "Username", "root")).status == 200);
  const std::string given = "API-SECONDSECONDSECONDSECOND22";
  documents::seed(api.services(), api.database(), api.log(), Secret(std::string(given)));
  CHECK(api.send("GET", "/api/users/me", "", {{"X-Octopus-ApiKey", given}}).str("Username") == "root");
  const Answer other = api.post("/api/users", json::object{{"Username", "jane"}, {"DisplayName", "Jane"}});
  const Answer team = api.get("/api/teams/teams-administrators");
  CHECK(api.put("/api/teams/teams-administrators",
                with(team.body, "MemberUserIds", json::array{"Users-1", json::value(other.id())}))
            .status == 200);
  const std::string jane = new_key(api, other.id());
  CHECK(api.send("DELETE", "/api/users/Users-1", "", {{"X-Octopus-ApiKey", jane}}).status == 200);
  CHECK_NOTHROW(documents::seed(api.services(), api.database(), api.log(), Secret("API-THIRDTHIRDTHIRDTHIRDTHIRD3")));
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
