#include "api/people/event_routes.h"

#include "api/delivery/delivery_testing.h"
#include "api/resources/samples_testing.h"

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

TEST_CASE("Each kind of document that the trail is said to be about finds its entries") {
  DeliveryApi api;
  for (const Sample& sample : kSamples) api.send("POST", sample.path, sample.body);
  REQUIRE(api.make_release("1.0.0").status == 201);
  REQUIRE(api.deploy("1.0.0", "Dev").status == 201);
  REQUIRE(api.post("/api/users/me/apikeys", json::object{{"Purpose", "test"}}).status == 201);
  const Answer kinds = api.get("/api/events/documenttypes");
  CHECK(kinds.body.as_array().size() > 20);
  for (const json::value& kind : kinds.body.as_array()) {
    const std::string name(json::view(kind.at("Name").as_string()));
    const Answer found = api.get("/api/events?take=1&documentTypes=" + name);
    if (name == "ServerTasks") continue;  // the entry of a canceled task stands under its deployment
    CHECK_MESSAGE(found["TotalResults"].to_number<int>() > 0, name);
  }
}
