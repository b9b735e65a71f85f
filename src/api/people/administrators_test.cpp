// Somebody can always administer the server.
#include <set>

#include "api/testing.h"
#include "base/text.h"
#include "documents/seed.h"
#include "storage/event_categories.h"
#include "storage/resources.h"

using namespace slipway;
using namespace slipway::api::testing;

namespace {

std::string address(const api::Route& route, std::string_view id) {
  std::string path = "/api/Spaces-1";
  for (const std::string_view segment : split(route.pattern, '/')) {
    path += '/';
    path += segment.starts_with('{') ? id : segment;
  }
  return path;
}

bool can_administer(TestApi& api, std::string_view key = kAdminKey) {
  return api.send("GET", "/api/events", "", {{"X-Octopus-ApiKey", std::string(key)}}).status == 200;
}

constexpr std::string_view team = "/api/teams/teams-administrators";

}  // namespace

TEST_CASE("SEC-5: no call takes the last active administrator away") {
  TestApi api;
  REQUIRE(
      api.post("/api/users", json::object{{"Username", "jane"}, {"DisplayName", "Jane"}, {"IsActive", false}}).status ==
      201);
  int tried = 0;
  for (const api::Route& route : api.server().router().routes()) {
    if (route.method == "GET" || route.pattern.starts_with('/')) continue;
    for (const char* id : {"Users-1", "me", "admin", "teams-administrators", "Administrators", "Spaces-1"}) {
      for (const char* body :
           {"{}", R"({"IsActive":false})", R"({"Username":"admin","DisplayName":"A","IsActive":false})",
            R"({"Username":"admin","DisplayName":"A","isactive":"False"})",
            R"({"Name":"Administrators","MemberUserIds":[]})", R"({"Name":"Administrators","MemberUserIds":null})",
            R"({"Name":"Administrators"})", R"({"Name":"Administrators","MemberUserIds":["Users-2"]})"}) {
        const Answer answer = api.send(route.method, address(route, id), body);
        ++tried;
        if (can_administer(api)) continue;
        FAIL(route.method << ' ' << address(route, id) << ' ' << body << " left nobody: " << answer.text);
      }
    }
  }
  MESSAGE(tried << " calls");
  CHECK(tried > 3000);
  CHECK(api.send("PUT", team, R"({"Name":"Administrators","MemberUserIds":["Users-2"]})")
            .errors()
            .find("needs at least one active user") != std::string::npos);
}

TEST_CASE("SEC-5: the last but one may go") {
  TestApi api;
  REQUIRE(api.post("/api/users", json::object{{"Username", "jane"}, {"DisplayName", "Jane"}}).status == 201);
  const auto members = [&](json::array ids) {
    return api.put(team, json::object{{"Name", "Administrators"}, {"MemberUserIds", std::move(ids)}}).status;
  };
  CHECK(members({"Users-1", "Users-2"}) == 200);
  const std::string key = api.post("/api/users/Users-2/apikeys", json::object{{"Purpose", "p"}}).str("ApiKey");
  CHECK(api.put("/api/users/Users-1", json::object{{"Username", "admin"}, {"DisplayName", "A"}, {"IsActive", false}})
            .status == 200);
  CHECK(can_administer(api, key));
  const Answer refused = api.send("DELETE", "/api/users/Users-2", "", {{"X-Octopus-ApiKey", key}});
  CHECK(refused.status == 400);
  CHECK(can_administer(api, key));
}

TEST_CASE("SEC-5: the key given at a start leads back in, whatever became of the user that it was for") {
  for (const std::string_view given : {std::string_view("API-SECONDSECONDSECONDSECOND22"), kAdminKey}) {
    TestApi api;
    REQUIRE(api.post("/api/users", json::object{{"Username", "jane"}, {"DisplayName", "Jane"}}).status == 201);
    // A database from before this rule: nobody is an active administrator.
    api.database().write("empty the team", [&](storage::Txn& txn) {
      for (const char* id : {"Users-1", "teams-administrators"}) {
        auto row = storage::find_resource(txn, id).value();
        json::object document = json::parse(row.body).as_object();
        document[std::string_view(id) == "Users-1" ? "IsActive" : "MemberUserIds"] =
            std::string_view(id) == "Users-1" ? json::value(false) : json::value(json::array());
        row.body = json::to_text(document);
        storage::update_resource(txn, row);
      }
    });
    documents::seed(api.services(), api.database(), api.log(), Secret(std::string(given)));
    CHECK(can_administer(api, given));
  }
}

TEST_CASE("SEC-3: a key that would be dead when it is made is refused, and so is one whose end is no time") {
  TestApi api;
  const auto expiring = [&](json::value expires) {
    return api.post("/api/users/me/apikeys", json::object{{"Purpose", "p"}, {"Expires", std::move(expires)}});
  };
  const std::string past = to_rfc3339(api.clock().now() - std::chrono::seconds(1));
  CHECK(expiring(json::value(past)).errors().find("Expires: " + past + " is past") != std::string::npos);
  CHECK(expiring(json::value(to_rfc3339(api.clock().now()))).status == 400);
  for (const json::value& no_time :
       {json::value(5), json::value(true), json::value("tomorrow"), json::value(json::object())}) {
    CHECK(expiring(no_time).status == 400);
  }
  CHECK(expiring(nullptr).status == 201);
  CHECK(expiring(json::value(to_rfc3339(api.clock().now() + std::chrono::hours(1)))).status == 201);
}

TEST_CASE("SEC-4: every permission that a route asks for is granted by a built-in role, and no role grants another") {
  TestApi api;
  std::set<std::string> asked, granted;
  for (const api::Route& route : api.server().router().routes()) {
    if (route.permission != api::kAnyone && route.permission != api::kAuthenticated) asked.insert(route.permission);
  }
  const Answer roles = api.get("/api/userroles/all");
  for (const json::value& role : roles.body.as_array()) {
    for (const char* list : {"GrantedSpacePermissions", "GrantedSystemPermissions"}) {
      for (const json::value& permission : role.at(list).as_array()) {
        granted.insert(std::string(json::view(permission.as_string())));
      }
    }
  }
  for (const std::string& permission : asked)
    CHECK_MESSAGE(granted.contains(permission), permission << " is granted by no role");
  for (const std::string& permission : granted) {
    if (permission == "AdministerSystem") continue;  // stands for all
    CHECK_MESSAGE(asked.contains(permission), permission << " is asked for by no route");
  }
  MESSAGE(asked.size() << " permissions");
}

TEST_CASE("AUD-1: every category of the audit trail is listed, and filtered by what it applies to") {
  TestApi api;
  const auto names = [&](const std::string& query) {
    return api.get("/api/events/categories" + query).body.as_array().size();
  };
  CHECK(names("") == storage::kEventCategories.size());
  const auto listed = json::to_text(api.get("/api/events/documenttypes").body);
  for (const storage::DeclaredCategory& category : storage::kEventCategories) {
    if (category.applies_to.empty()) continue;
    CHECK_MESSAGE(listed.find(fmt::format("\"{}\"", category.applies_to)) != std::string::npos, category.name);
  }
  CHECK(names("?appliesTo=Projects") == 3);
  CHECK(names("?appliesTo=Deployments") > 3);
  CHECK(names("?appliesTo=Nope") == 0);
}
