#include "cli/observation.h"

#include <doctest/doctest.h>

#include <vector>

#include "api/http/route.h"
#include "base/executor.h"
#include "cli/timed_database.h"
#include "storage/database_testing.h"
#include "storage/queue_hold.h"
#include "storage/tasks.h"

using namespace slipway;
using namespace slipway::cli;
using namespace std::chrono_literals;

namespace {

struct Scene {
  ManualClock clock;
  std::vector<std::string> lines;
  Log log{clock, LogLevel::info, [this](std::string_view line) { lines.emplace_back(line); }};
  Observation observation{clock, log};

  void request(const api::Route* route, std::string path, int status, Duration took) {
    net::Request request;
    request.method = "GET";
    request.path = std::move(path);
    observation.requests()(request, route, status, took);
  }
  bool says(std::string_view line) { return observation.text().find(line) != std::string::npos; }
};

api::Route a_route() { return {"GET", "projects/{id}", "", "", api::ReadHandler(), api::RouteScope::space}; }

}  // namespace

TEST_CASE("requests are counted by route and not by address, however many addresses there are") {
  Scene scene;
  const auto route = a_route();
  for (int i = 0; i < 1000; ++i) scene.request(&route, "/api/projects/Projects-" + std::to_string(i), 200, 1ms);
  const auto size = scene.observation.text().size();
  for (int i = 0; i < 1000; ++i) scene.request(nullptr, "/" + std::to_string(i), 404, 1ms);
  CHECK(scene.says("slipway_http_requests_total{method=\"GET\",route=\"/api/projects/{id}\",status=\"2xx\"} 1000\n"));
  CHECK(scene.says("slipway_http_requests_total{method=\"(any)\",route=\"(none)\",status=\"4xx\"} 1000\n"));
  CHECK(scene.observation.text().size() < size + 2000);
  CHECK(scene.lines.empty());
}

TEST_CASE("a slow request has a line in the log") {
  Scene scene;
  const auto route = a_route();
  scene.request(&route, "/api/projects/Projects-1", 200, 1500ms);
  REQUIRE(scene.lines.size() == 1);
  CHECK(scene.lines[0].find(R"("slow request","method":"GET","route":"/api/projects/{id}")") != std::string::npos);
}

TEST_CASE("tasks, the age of the queue, its hold and writes are among the metrics") {
  Scene scene;
  storage::testing::TemporaryFolder folder;
  const auto database = timed(storage::open_sqlite({.path = folder.file("slipway.db")}, scene.log),
                              scene.observation.metrics(), scene.clock);
  scene.observation.watch(*database);
  for (int i = 1; i <= 3; ++i) {
    storage::TaskRecord task;
    task.id = "ServerTasks-" + std::to_string(i);
    task.queued = scene.clock.now();
    database->write("queue", [&](storage::Txn& txn) { storage::insert_task(txn, task); });
    scene.clock.advance(1min);
  }
  database->write("hold", [](storage::Txn& txn) { storage::hold_queue(txn, {"why", Time{}, true}); });
  CHECK_THROWS(database->write("fail", [](storage::Txn&) { throw std::runtime_error("no"); }));
  for (const char* line :
       {"slipway_tasks{state=\"Queued\"} 3\n", "slipway_tasks{state=\"Executing\"} 0\n",
        "slipway_task_changes_total{state=\"Queued\"} 3\n", "slipway_queue_oldest_seconds 180\n",
        "slipway_queue_held 1\n", "slipway_database_write_seconds_count 4\n", "slipway_database_can_write 1\n",
        "slipway_database_write_failures_total 1\n", "slipway_build_info{version=\"" SLIPWAY_VERSION "\"} 1\n"}) {
    CHECK_MESSAGE(scene.says(line), line);
  }
}
