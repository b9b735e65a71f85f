// Names that other calls, and people, use for the members of a call's body.
#include "api/http/other_spellings.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "api/delivery/delivery_testing.h"
#include "api/http/body_check.h"
#include "base/error.h"
#include "base/text.h"

using namespace slipway;
using namespace slipway::api::testing;

namespace {

/// What the name may be written as, by the known spellings and by how names end.
std::set<std::string> spellings_of(const std::string& name) {
  std::set<std::string> all;
  for (const api::Spellings& spellings : api::known_spellings()) {
    if (std::ranges::find(spellings, name) == spellings.end()) continue;
    for (const std::string_view spelling : spellings) all.emplace(spelling);
  }
  std::string stem = name;
  for (const char* ending : {"IdOrName", "Names", "Name", "Ids", "Id", "s"}) {
    if (!stem.ends_with(ending)) continue;
    stem.resize(stem.size() - std::string_view(ending).size());
    break;
  }
  if (stem.size() >= 4) {
    for (const char* ending : {"", "s", "Id", "Ids", "Name", "Names", "IdOrName"}) all.insert(stem + ending);
  }
  all.erase("");
  return all;
}

bool declares(const json::object& properties, std::string_view name) { return json::find(properties, name) != nullptr; }

/// The body that has this member alone, as deep as it lies.
using Wrap = std::function<json::value(json::value)>;

/// Tries every spelling of every declared member; returns how many.
int try_all(const json::object& shape, const json::object& whole, const Wrap& wrap) {
  int tried = 0;
  if (const json::object* items = json::object_at(shape, "items")) {
    return try_all(*items, whole, [&](json::value item) { return wrap(json::array{std::move(item)}); });
  }
  const json::object* properties = json::object_at(shape, "properties");
  if (properties == nullptr) return 0;
  for (const auto& member : *properties) {
    const std::string name(member.key());
    for (const std::string& spelling : spellings_of(name)) {
      if (declares(*properties, spelling)) continue;
      CAPTURE(name);
      CAPTURE(spelling);
      ++tried;
      try {
        api::refuse_misspelt_members(wrap(json::object{{spelling, "x"}}), whole);
        FAIL_CHECK("it was passed over");
      } catch (const Error& error) {
        CHECK(error.details().at(0).find(spelling + " is no known member. Did you mean ") != std::string::npos);
      }
      CHECK_NOTHROW(api::refuse_misspelt_members(wrap(json::object{{spelling, nullptr}}), whole));
    }
    tried += try_all(member.value().as_object(), whole, [&](json::value inner) {
      return wrap(json::object{{name, std::move(inner)}});
    });
  }
  return tried;
}

}  // namespace

TEST_CASE("What other calls and people call a member is refused with its name, in every body that a route declares") {
  TestApi api;
  int tried = 0;
  for (const api::Route& route : api.server().router().routes()) {
    if (!route.body || !route.body->contains("properties")) continue;
    CAPTURE(route.method);
    CAPTURE(route.pattern);
    tried += try_all(*route.body, *route.body, [](json::value body) { return body; });
  }
  MESSAGE(tried << " spellings");
  CHECK(tried > 300);
}

TEST_CASE("A release or deployment is not made where a member is called by another call's name") {
  DeliveryApi api;
  const Answer version = api.send("POST", "/api/Spaces-1/releases/create/v1",
                                  R"({"ProjectName":"Web","Version":"1.0.0","PackageVersion":"1.0"})");
  CHECK(version.status == 400);
  CHECK_MESSAGE(version.text.find("Version is no known member. Did you mean ReleaseVersion?") != std::string::npos,
                version.text);
  CHECK(api.get("/api/Spaces-1/releases").items().empty());
  REQUIRE(api.make_release("1.0.0").status == 201);
  const Answer environment = api.send("POST", "/api/Spaces-1/deployments/create/untenanted/v1",
                                      R"({"ProjectName":"Web","ReleaseVersion":"1.0.0","Environment":"Dev"})");
  CHECK_MESSAGE(environment.text.find("Did you mean EnvironmentNames?") != std::string::npos, environment.text);
}

TEST_CASE("A call that deploys without tenants is refused where it names some") {
  DeliveryApi api;
  REQUIRE(api.make_release("1.0.0").status == 201);
  const auto deploy = [&](const char* member, const json::value& value) {
    return api.post("/api/Spaces-1/deployments/create/untenanted/v1",
                    json::object{{"ProjectName", "Web"},
                                 {"ReleaseVersion", "1.0.0"},
                                 {"EnvironmentNames", json::array{"Dev"}},
                                 {member, value}});
  };
  for (const char* member : {"Tenants", "tenantTags", "Tenant", "TenantId", "TenantNames"}) {
    CAPTURE(member);
    const Answer refused = deploy(member, json::array{"Fern"});
    CHECK(refused.status == 400);
    CHECK_MESSAGE(refused.text.find("deployments/create/tenanted/v1") != std::string::npos, refused.text);
    CHECK(deploy(member, json::array()).status == 201);
  }
}

TEST_CASE("What existing clients send beside what is declared passes") {
  DeliveryApi api;
  CHECK(api.send("POST", "/api/Spaces-1/releases/create/v1",
                 R"({"spaceId":"Spaces-1","spaceIdOrName":"Default","spaceName":"Default","projectName":"Web",
                     "releaseVersion":"1.0.0","packageVersion":"1.0","packages":[],"gitResources":[],"customFields":{},
                     "releaseNotes":null,"gitRef":"","gitCommit":"","ignoreIfAlreadyExists":false})")
            .status == 201);
  // A release comes back from clients with all that they read of it.
  const Answer release = api.get("/api/Spaces-1/releases/Releases-1");
  CHECK(api.put("/api/Spaces-1/releases/Releases-1", release.body).status == 200);
  const Answer deployed = api.send(
      "POST", "/api/Spaces-1/deployments",
      fmt::format(R"({{"Id":null,"ReleaseId":"Releases-1","EnvironmentId":"{}","TenantId":null,"ProjectId":"{}",
          "ChannelId":"Channels-1","Name":"Deploy to Dev","SkipActions":[],"SpecificMachineIds":[],"FormValues":{{}},
          "DeploymentProcessId":null,"TaskId":null,"Created":"2024-05-01T02:03:04Z","Changes":[]}})",
                  api.dev, api.project));
  CHECK_MESSAGE(deployed.status == 201, deployed.text);
  CHECK(api.send("POST", "/api/releases/create/v1", R"({"projectName":"Web","spaceName":"Nowhere"})").status == 400);
}
