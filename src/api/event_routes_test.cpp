#include "api/event_routes.h"

#include "api/testing.h"

using namespace slipway;
using namespace slipway::api::testing;

TEST_CASE("AUD-1: every edit is told with who, what and the difference, newest first") {
  TestApi api;
  const Answer dev = api.make_environment("Dev");
  api.put("/api/Spaces-1/environments/Environments-1", with(dev.body, "Name", "Test"));
  const Answer list = api.get("/api/Spaces-1/events?regarding=Environments-1");
  REQUIRE(list.items().size() == 2);
  const json::value& change = list.items()[0];
  CHECK(change.at("Category") == "Modified");
  CHECK(change.at("Username") == "admin");
  CHECK(change.at("Message") == "Environment 'Test' (Environments-1) was modified.");
  CHECK(json::to_text(change.at("ChangeDetails").at("Differences")) == R"({"Name":{"From":"Dev","To":"Test"}})");
  CHECK(api.get(json::view(change.at("Links").at("Self").as_string())).body == change);
  CHECK(api.get("/api/events?eventCategories=Created&regarding=Environments-1").items().size() == 1);
  CHECK(api.get("/api/events/Events-999999").status == 404);
  CHECK(api.get("/api/events/Environments-1").status == 404);
}

TEST_CASE("An edit that changes nothing leaves no trace") {
  TestApi api;
  const Answer dev = api.make_environment("Dev");
  api.put("/api/Spaces-1/environments/Environments-1", dev.body);
  CHECK(api.get("/api/events?regarding=Environments-1").items().size() == 1);
}
