#include "api/resource_routes.h"

#include <set>

#include "api/testing.h"

using namespace slipway;
using namespace slipway::api::testing;

TEST_CASE("A fresh server has its default space, furnished") {
  TestApi api;
  const Answer space = api.get("/api/spaces/Spaces-1");
  CHECK(space.status == 200);
  CHECK(space.str("Name") == "Default");
  CHECK(space["IsDefault"] == json::value(true));
  CHECK(space["SpaceManagersTeams"] ==
        json::value(json::array{"teams-administrators", "teams-spacemanagers-Spaces-1"}));
  CHECK(space.body.at("Links").at("SpaceHome") == "/api/Spaces-1");
  CHECK(api.get("/api/Spaces-1/lifecycles/Default%20Lifecycle").id() == "Lifecycles-1");
  CHECK(api.get("/api/Spaces-1/feeds/feeds-builtin").str("FeedType") == "BuiltIn");
  CHECK(api.get("/api/Spaces-1/workerpools/all").body.as_array().size() == 1);
  CHECK(api.get("/api/users/me")["IsRequestor"] == json::value(true));
}
