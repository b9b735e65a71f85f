#include "api/live/live_streams.h"

#include "api/delivery/delivery_testing.h"
#include "base/text.h"
#include "storage/changes.h"
#include "storage/task_log.h"
#include "storage/tasks.h"

using namespace slipway;
using namespace slipway::api::testing;
using namespace std::chrono_literals;

namespace {

struct Told {
  std::string id, name;
  json::value data;
};

/// What a connection would carry, and how much of it.
struct Wire {
  Wire() = default;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire() { *exists = false; }

  std::vector<Told> events;
  std::size_t room = 1'000'000;
  bool is_open = true;
  bool has_ended = false;  ///< nobody writes it any more
  const std::shared_ptr<bool> exists = std::make_shared<bool>(true);
};

class WireWriter final : public net::EventWriter {
 public:
  explicit WireWriter(Wire& wire) : exists_(wire.exists), wire_(wire) {}
  ~WireWriter() override {
    if (*exists_) wire_.has_ended = true;
  }
  WireWriter(const WireWriter&) = delete;
  WireWriter& operator=(const WireWriter&) = delete;
  bool send(std::string_view id, std::string_view event, std::string_view data) override {
    if (!open()) return false;
    if (wire_.events.size() >= wire_.room) return wire_.is_open = false;
    wire_.events.push_back({std::string(id), std::string(event), json::parse(data)});
    return true;
  }
  bool open() const override { return *exists_ && wire_.is_open; }

 private:
  const std::shared_ptr<bool> exists_;
  Wire& wire_;
};

struct LiveApi : DeliveryApi {
  net::Response ask(std::string query, net::Headers headers = {}, const std::string& path = "/api/live") {
    net::Request request;
    request.method = "GET";
    request.path = path;
    request.query = std::move(query);
    request.headers = std::move(headers);
    if (!request.headers.find("X-Octopus-ApiKey")) request.headers.add("X-Octopus-ApiKey", std::string(kAdminKey));
    return handle(std::move(request));
  }
  void listen(Wire& wire, std::string query = "", net::Headers headers = {}, const std::string& path = "/api/live") {
    const net::Response response = ask(std::move(query), std::move(headers), path);
    REQUIRE_MESSAGE(response.status == 200, response.body);
    REQUIRE(response.stream);
    response.stream(std::make_shared<WireWriter>(wire));
    work_for(0s);
  }
  std::int64_t newest() { return database().read(storage::change_span).newest; }
};

std::string ids_of(const Wire& wire) {
  std::string all;
  for (const Told& told : wire.events) {
    all += fmt::format("{} {}; ", told.name, json::text_at(told.data.as_object(), "Id").value_or("-"));
  }
  return all;
}

}  // namespace

TEST_CASE("A stream begins with the number it goes on from, and carries what is committed from then on") {
  LiveApi api;
  Wire wire;
  const auto before = api.newest();
  api.listen(wire);
  REQUIRE(wire.events.size() == 1);
  CHECK(wire.events[0].name == "ready");
  CHECK(wire.events[0].id == std::to_string(before));
  const Answer made = api.make_environment("Staging");
  api.work_for(0s);
  REQUIRE(wire.events.size() == 2);
  CHECK(wire.events[1].name == "document");
  CHECK(wire.events[1].data ==
        json::value{{"Id", made.id()}, {"SpaceId", "Spaces-1"}, {"ProjectId", nullptr}, {"Type", "Environment"}});
  CHECK(std::stoll(wire.events[1].id) > before);
  api.remove("/api/Spaces-1/environments/" + made.id());
  api.work_for(0s);
  REQUIRE(wire.events.size() == 3);
  CHECK(wire.events[2].data.at("IsGone") == json::value(true));
}

TEST_CASE("A deployment is told with its release, environment, task and state, and its log by its last line") {
  LiveApi api;
  Wire wire;
  api.listen(wire);
  REQUIRE(api.make_release("1.0.0").status == 201);
  REQUIRE(api.deploy("1.0.0", "Dev").status == 201);
  api.work_for(0s);
  std::map<std::string, json::value> last;
  for (const Told& told : wire.events) last[told.name] = told.data;
  CHECK(last["release"].at("Version") == json::value("1.0.0"));
  CHECK(last["deployment"].at("ReleaseId") == last["release"].at("Id"));
  CHECK(last["deployment"].at("TaskId") == last["task"].at("Id"));
  CHECK(last["task"].at("State") == json::value("Queued"));
  CHECK(last["task"].at("EnvironmentId") == last["deployment"].at("EnvironmentId"));
  CHECK(last["task"].at("ProjectId") == last["release"].at("ProjectId"));
  const std::string task(json::view(last["task"].at("Id").as_string()));
  api.database().write("log", [&](storage::Txn& t) { storage::append_log(t, task, {{.text = "a"}, {.text = "b"}}); });
  api.work_for(0s);
  CHECK(wire.events.back().name == "log");
  CHECK(wire.events.back().data.at("Last") == json::value(2));
}

TEST_CASE("A reader that comes back goes on after the last it has seen, by header or by query, the header first") {
  LiveApi api;
  Wire before;
  api.listen(before);
  api.make_environment("A");
  api.work_for(0s);
  const std::string seen = before.events.back().id;
  api.make_environment("B");
  api.make_environment("C");
  Wire by_query, by_header;
  api.listen(by_query, "after=" + seen);
  api.listen(by_header, "after=0", {{"Last-Event-ID", seen}});
  for (const Wire* wire : {&by_query, &by_header}) {
    REQUIRE(wire->events.size() == 3);
    CHECK(wire->events[0].name == "ready");
    CHECK(wire->events[0].id == seen);
    CHECK(wire->events[1].id == std::to_string(std::stoll(seen) + 1));
    CHECK(wire->events[2].id == std::to_string(std::stoll(seen) + 2));
  }
}

TEST_CASE("Of several changes of one thing a reader that comes back is told the last") {
  LiveApi api;
  const auto before = api.newest();
  const Answer made = api.make_environment("A");
  for (const char* name : {"B", "C"}) {
    REQUIRE(api.put("/api/Spaces-1/environments/" + made.id(), with(made.body, "Name", name)).status == 200);
  }
  Wire wire;
  api.listen(wire, "after=" + std::to_string(before));
  CHECK(ids_of(wire) == "ready -; document " + made.id() + "; ");
  CHECK(wire.events.back().id == std::to_string(api.newest()));
}

TEST_CASE("A reader whose number is too old, or was never given, is told so and goes on from now") {
  LiveApi api;
  for (const std::string& after : {std::to_string(api.newest() + 1), std::string("9000000000000000")}) {
    Wire wire;
    api.listen(wire, "after=" + after);
    REQUIRE(wire.events.size() == 1);
    CHECK(wire.events[0].name == "too-old");
    CHECK(wire.events[0].id == std::to_string(api.newest()));
  }
  api.database().write("restored", [&](storage::Txn& t) { storage::skip_changes(t, api.clock().now()); });
  Wire wire;
  api.listen(wire, "after=1");
  api.make_environment("A");
  api.work_for(0s);
  REQUIRE(wire.events.size() == 2);
  CHECK(wire.events[0].name == "too-old");
  CHECK(wire.events[1].name == "document");
}

TEST_CASE("A stream shows the spaces and projects that it asks for") {
  LiveApi api;
  const Answer other = api.post(
      "/api/spaces", json::object{{"Name", "Other"}, {"SpaceManagersTeams", json::array{"teams-administrators"}}});
  REQUIRE_MESSAGE(other.status == 201, other.text);
  Wire all, one, by_address, by_project;
  api.listen(all);
  api.listen(one, "spaces=" + other.id());
  api.listen(by_address, "", {}, "/api/" + other.id() + "/live");
  api.listen(by_project, "projects=Projects-1");
  api.make_environment("Here");
  REQUIRE(api.post("/api/" + other.id() + "/environments", json::object{{"Name", "There"}}).status == 201);
  REQUIRE(api.make_release("1.0.0").status == 201);
  api.work_for(0s);
  const auto count = [](const Wire& wire, const std::string& member, const std::string& id) {
    return std::ranges::count_if(wire.events,
                                 [&](const Told& told) { return json::text_at(told.data.as_object(), member) == id; });
  };
  CHECK(count(all, "SpaceId", "Spaces-1") >= 2);
  CHECK(count(all, "SpaceId", other.id()) == 1);
  for (const Wire* wire : {&one, &by_address}) {
    CHECK(count(*wire, "SpaceId", "Spaces-1") == 0);
    CHECK(count(*wire, "SpaceId", other.id()) == 1);
  }
  CHECK(count(by_project, "ProjectId", "Projects-1") >= 1);
  CHECK(by_project.events.size() == static_cast<std::size_t>(1 + count(by_project, "ProjectId", "Projects-1")));
}

TEST_CASE("Who may see nothing is told nothing, and a stream ends with its key") {
  LiveApi api;
  const Answer user =
      api.post("/api/users", json::object{{"Username", "robot"}, {"DisplayName", "Robot"}, {"IsService", true}});
  REQUIRE_MESSAGE(user.status == 201, user.text);
  const Answer key = api.post("/api/users/" + user.id() + "/apikeys", json::object{{"Purpose", "live"}});
  REQUIRE_MESSAGE(key.status == 201, key.text);
  Wire robots, admins;
  api.listen(robots, "", {{"X-Octopus-ApiKey", key.str("ApiKey")}});
  api.listen(admins);
  api.make_environment("A");
  api.work_for(0s);
  CHECK(ids_of(robots) == "ready -; ");
  CHECK(admins.events.size() == 2);
  REQUIRE(api.remove("/api/users/" + user.id() + "/apikeys/" + key.id()).status == 200);
  api.work_for(0s);
  CHECK(robots.has_ended);
  CHECK_FALSE(admins.has_ended);
  CHECK(api.live().count() == 1);
  CHECK(ids_of(admins).find(key.id()) == std::string::npos);  // no route shows keys as documents
}

TEST_CASE("A stream ends soon after its key has expired, though nothing changes") {
  LiveApi api;
  const Answer key = api.post("/api/users/me/apikeys",
                              json::object{{"Purpose", "short"}, {"Expires", to_rfc3339(api.clock().now() + 1h)}});
  REQUIRE_MESSAGE(key.status == 201, key.text);
  Wire wire;
  api.listen(wire, "", {{"X-Octopus-ApiKey", key.str("ApiKey")}});
  api.work_for(59min);
  CHECK_FALSE(wire.has_ended);
  api.work_for(2min);
  CHECK(wire.has_ended);
}

TEST_CASE("A reader that takes nothing more is let go, and those that have left are forgotten") {
  LiveApi api;
  Wire slow, gone, good;
  slow.room = 1;
  api.listen(slow);
  api.listen(gone);
  api.listen(good);
  CHECK(api.live().count() == 3);
  gone.is_open = false;
  api.make_environment("A");
  api.work_for(0s);
  CHECK(slow.has_ended);
  CHECK(gone.has_ended);
  CHECK(good.events.size() == 2);
  CHECK(api.live().count() == 1);
}

TEST_CASE("More streams than the server takes are refused with what to do, and fit again once others have left") {
  LiveApi api;
  std::vector<Wire> wires(api::LiveStreams::kMostReaders);
  for (Wire& wire : wires) api.listen(wire);
  const net::Response refused = api.ask("");
  CHECK(refused.status == 503);
  CHECK(refused.body.find("later") != std::string::npos);
  for (Wire& wire : wires) wire.is_open = false;
  api.work_for(api::LiveStreams::kLook + 1s);
  CHECK(api.live().count() == 0);
  CHECK(api.ask("").status == 200);
}

TEST_CASE("A number that is none is refused with the parameter's name") {
  LiveApi api;
  for (const char* after : {"-1", "x", "1x", "99999999999999999999"}) {
    const net::Response refused = api.ask("after=" + std::string(after));
    CHECK(refused.status == 400);
    CHECK(refused.body.find("after") != std::string::npos);
    CHECK(api.ask("", {{"Last-Event-ID", after}}).status == 400);
  }
}
