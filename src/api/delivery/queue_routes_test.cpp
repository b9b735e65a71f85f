#include "api/delivery/queue_routes.h"

#include "api/testing.h"
#include "storage/queue_hold.h"
#include "storage/tasks.h"

using namespace slipway;
using namespace slipway::api::testing;

namespace {

void queue_task(TestApi& api, const char* id, storage::TaskState state) {
  storage::TaskRecord task;
  task.id = id;
  task.space = "Spaces-1";
  task.description = "Deploy Web 1.0.0 to Production";
  task.state = state;
  task.queued = api.clock().now();
  api.database().write("queue", [&](storage::Txn& txn) { storage::insert_task(txn, task); });
}

}  // namespace

TEST_CASE("a held queue says why, since when, and what would run, and is released by an administrator alone") {
  TestApi api;
  CHECK(api.get("/api/taskqueue")["IsHeld"] == json::value(false));
  queue_task(api, "ServerTasks-1", storage::TaskState::Queued);
  api.clock().advance(std::chrono::hours(3));
  CHECK(api.post("/api/taskqueue/hold", json::object{{"Reason", " "}}).status == 400);
  CHECK(api.post("/api/taskqueue/hold", json::object{{"Reson", "why"}}).status == 400);
  for (const char* reason : {"a\nb", "a\rb", "a\tb", "a\x1b[31mb", "a\x7f", "a\u0085b", "a\u2028b", "a\u202eb"}) {
    CHECK_MESSAGE(api.post("/api/taskqueue/hold", json::object{{"Reason", reason}}).status == 400, reason);
  }
  CHECK(api.post("/api/taskqueue/release", json::object{{"CancelTask", true}}).status == 400);
  const Answer held = api.post("/api/taskqueue/hold", json::object{{"Reason", "The database is moved."}});
  CHECK(held["IsHeld"] == json::value(true));
  CHECK(held.str("Reason") == "The database is moved.");
  const auto& task = held["Tasks"].as_array().at(0).as_object();
  CHECK(task.at("Id") == json::value("ServerTasks-1"));
  CHECK(task.at("Age") == json::value("3 hours"));
  CHECK(api.get("/api/tasks/ServerTasks-1").str("QueueReason").find("The database is moved.") != std::string::npos);
  CHECK(api.get("/api/tasks/ServerTasks-1/details").text.find("The database is moved.") != std::string::npos);
  CHECK(api.post("/api/taskqueue/release", json::object{})["IsHeld"] == json::value(false));
  CHECK(api.get("/api/tasks/ServerTasks-1").str("QueueReason").empty());
  CHECK(api.get("/api/events").text.find("The task queue was released.") != std::string::npos);
  CHECK(api.send("GET", "/api/taskqueue", "", {{"X-Octopus-ApiKey", "API-WRONG"}}).status == 401);
}

TEST_CASE("what waits in a held queue can be canceled with its release") {
  TestApi api;
  queue_task(api, "ServerTasks-1", storage::TaskState::Queued);
  queue_task(api, "ServerTasks-2", storage::TaskState::Executing);
  api.database().write("hold", [&](storage::Txn& txn) {
    storage::hold_queue(txn, {"The database was restored.", api.clock().now(), true});
  });
  api.post("/api/taskqueue/hold", json::object{{"Reason", "Still looking."}});
  CHECK(api.get("/api/taskqueue")["ExecutingTasksStandStill"] == json::value(true));
  CHECK_FALSE(api.get("/api/tasks/ServerTasks-2").str("QueueReason").empty());
  api.post("/api/taskqueue/release", json::object{{"CancelTasks", true}});
  CHECK(api.get("/api/tasks/ServerTasks-1").str("State") == "Canceled");
  CHECK(api.get("/api/tasks/ServerTasks-2").str("State") == "Cancelling");
}

TEST_CASE("metrics are for those with a key, as plain text") {
  TestApi api;
  CHECK(api.send("GET", "/metrics", "", {{"X-Octopus-ApiKey", "API-WRONG"}}).status == 401);
  net::Request request;
  request.method = "GET";
  request.path = "/metrics";
  request.headers.add("Authorization", "Bearer " + std::string(kAdminKey));
  api.services().metrics = [] { return std::string("slipway_up 1\n"); };
  CHECK(api.server().handle(std::move(request)).body == "slipway_up 1\n");
}
