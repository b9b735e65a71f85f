#include "api/people/event_routes.h"

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

TEST_CASE("The audit trail answers to each filter that its link names, and finds nothing where nothing fits") {
  TestApi api;
  api.make_environment("Dev");
  api.make_project("Web");
  const auto subjects = [&](const std::string& query) {
    const Answer page = api.get("/api/Spaces-1/events?" + query);
    REQUIRE_MESSAGE(page.status == 200, page.text);
    std::vector<std::string> found;
    for (const json::value& event : page.items()) {
      found.emplace_back(json::view(event.at("RelatedDocumentIds").at(0).as_string()));
    }
    return found;
  };
  using Ids = std::vector<std::string>;
  const std::string created(
      json::view(api.get("/api/events?regarding=Environments-1").items().at(0).at("Id").as_string()));
  CHECK(subjects("ids=" + created) == Ids{"Environments-1"});
  CHECK(subjects("ids=Events-999").empty());
  CHECK(subjects("regarding=environments-1") == Ids{"Environments-1"});
  CHECK(subjects("regardingAny=Environments-1,Projects-1") == Ids{"Projects-1", "Environments-1"});
  CHECK(subjects("regardingAny=Environments-9").empty());
  CHECK(subjects("documentTypes=environments") == Ids{"Environments-1"});
  CHECK(subjects("documentTypes=Machines").empty());
  CHECK(subjects("environments=Environments-1") == Ids{"Environments-1"});
  CHECK(subjects("tenants=Tenants-1").empty());
  CHECK(subjects("eventCategories=Modified,Deleted").empty());
  CHECK(subjects("eventCategories=Modified,Created&projects=Projects-1").back() == "Projects-1");
  CHECK(subjects("from=2100-01-01").empty());
  CHECK(subjects("to=2000-01-01T00:00:00Z").empty());
  CHECK(subjects("from=2000-01-01&documentTypes=Environments") == Ids{"Environments-1"});
  CHECK(api.get("/api/events?from=yesterday").errors().find("from must be a time") != std::string::npos);
  CHECK(api.get("/api/events?spaces=Spaces-9").items().empty());
  CHECK_FALSE(api.get("/api/events?spaces=all").items().empty());
}
