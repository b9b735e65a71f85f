#include "storage/tasks.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "storage/batch.h"
#include "storage/database_testing.h"

namespace slipway::storage {
namespace {

constexpr Time kNow = Time(Duration(1'000'000));

TaskRecord task(int number, TaskState state = TaskState::Queued) {
  TaskRecord task;
  task.id = "ServerTasks-" + std::to_string(number);
  task.space = "Spaces-1";
  task.name = "Deploy";
  task.project = "Projects-1";
  task.deployment = "Deployments-" + std::to_string(number);
  task.queued = kNow + Duration(number);
  task.state = state;
  return task;
}

void insert(Database& database, const TaskRecord& task) {
  database.write("insert", [&](Txn& t) { insert_task(t, task); });
}

std::vector<std::string> ids(const std::vector<TaskRecord>& tasks) {
  std::vector<std::string> ids;
  for (const auto& task : tasks) ids.push_back(task.id);
  return ids;
}

TEST_CASE_TEMPLATE("a task is read back as it was stored", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  TaskRecord stored = task(7, TaskState::Failed);
  stored.description = "Deploy web 1.0 to Production";
  stored.environment = "Environments-2";
  stored.tenant = "Tenants-3";
  stored.queue_expiry = kNow + Duration(5);
  stored.completed = kNow;
  stored.concurrency_key = "a/b/c";
  stored.priority = 2;
  stored.node = "node-1";
  stored.plan = std::string("\0\x01hash", 6);
  stored.error = "It failed.";
  stored.has_warnings = true;
  insert(*database, stored);
  const auto read = database->read([](Reader& r) { return find_task(r, "ServerTasks-7"); });
  REQUIRE(read);
  CHECK(read->id == stored.id);
  CHECK(read->description == stored.description);
  CHECK(read->environment == stored.environment);
  CHECK(read->tenant == stored.tenant);
  CHECK(read->deployment == stored.deployment);
  CHECK(read->state == stored.state);
  CHECK(read->queued == stored.queued);
  CHECK(read->queue_expiry == stored.queue_expiry);
  CHECK(read->started == std::nullopt);
  CHECK(read->completed == stored.completed);
  CHECK(read->concurrency_key == stored.concurrency_key);
  CHECK(read->priority == 2);
  CHECK(read->node == stored.node);
  CHECK(read->plan == stored.plan);
  CHECK(read->error == stored.error);
  CHECK(read->has_warnings);
  CHECK_FALSE(database->read([](Reader& r) { return find_task(r, "Tasks-7"); }));
  CHECK_FALSE(database->read([](Reader& r) { return find_task(r, "ServerTasks-07"); }));
}

TEST_CASE_TEMPLATE("many tasks are found at once, each once, those that are not there passed over", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  const auto found = [&](const std::vector<std::string>& wanted) {
    auto known = ids(database->read([&](Reader& r) { return find_tasks(r, wanted); }));
    std::sort(known.begin(), known.end());
    return known;
  };
  CHECK(found({}).empty());
  CHECK(found({"ServerTasks-1", "", "x"}).empty());
  std::vector<std::string> all;
  for (int number = 1; number <= 2 * static_cast<int>(kKeysOfABatch) + 1; ++number) {
    insert(*database, task(number));
    all.push_back("ServerTasks-" + std::to_string(number));
  }
  std::sort(all.begin(), all.end());
  CHECK(found(all) == all);
  CHECK(found({"ServerTasks-3", "ServerTasks-99999", "ServerTasks-5", "ServerTasks-3"}) ==
        std::vector<std::string>{"ServerTasks-3", "ServerTasks-5"});
}

TEST_CASE_TEMPLATE("of two claims on a queued task one succeeds", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  insert(*database, task(1));
  const auto claim = [&](const char* node) {
    return database->write("claim", [&](Txn& t) { return claim_task(t, "ServerTasks-1", {node}, "plan", kNow); });
  };
  const auto first = claim("a");
  REQUIRE(first);
  CHECK(first->epoch == 1);
  CHECK_FALSE(claim("b"));
  const auto held = database->read([](Reader& r) { return find_task(r, "ServerTasks-1"); });
  CHECK(held->state == TaskState::Executing);
  CHECK(held->node == "a");
  CHECK(held->plan == "plan");
  CHECK(held->started == kNow);
}

TEST_CASE_TEMPLATE("a start takes over what its own node and the dead hold, and nothing of who lives", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  const auto begin = [&](const char* name) {
    return database->write("begin", [&](Txn& t) { return begin_node(t, name, kNow); });
  };
  const Node a = begin("a"), b = begin("b");
  CHECK(a.epoch == 1);
  for (int i = 1; i <= 5; ++i) insert(*database, task(i));
  database->write("claim", [&](Txn& t) {
    claim_task(t, "ServerTasks-1", a, "", kNow);
    claim_task(t, "ServerTasks-2", b, "", kNow);
    claim_task(t, "ServerTasks-3", {"c", 7}, "", kNow);  // of which nothing is known
    claim_task(t, "ServerTasks-4", {"b", b.epoch - 1}, "", kNow);
  });
  const auto left_for = [&](const char* name) {
    std::vector<std::string> left;
    for (const auto& found : database->read([&](Reader& r) { return tasks_to_take_over(r, name); })) {
      left.push_back(found.id);
    }
    return left;
  };
  using Ids = std::vector<std::string>;
  const Node again = begin("a");
  CHECK(again.epoch == 2);
  CHECK(left_for("a") == Ids{"ServerTasks-1", "ServerTasks-3", "ServerTasks-4"});
  CHECK(left_for("b") == Ids{"ServerTasks-1", "ServerTasks-2", "ServerTasks-3", "ServerTasks-4"});
  const auto take = [&](const char* id) {
    return database->write("take", [&](Txn& t) { return take_over_task(t, id, again); }).has_value();
  };
  CHECK_FALSE(take("ServerTasks-2"));
  CHECK(take("ServerTasks-4"));
  CHECK_FALSE(take("ServerTasks-5"));  // nobody holds it
  database->write("alone", [](Txn& t) { end_other_nodes(t, "a"); });
  CHECK(take("ServerTasks-2"));
}

TEST_CASE_TEMPLATE("after a takeover the old holder records nothing", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  insert(*database, task(1));
  const auto old = database->write("claim", [](Txn& t) { return claim_task(t, "ServerTasks-1", {"a"}, "", kNow); });
  const auto current = database->write("take over", [](Txn& t) { return take_over_task(t, "ServerTasks-1", {"b"}); });
  REQUIRE(current);
  CHECK(current->epoch == 2);
  try {
    database->write("finish", [&](Txn& t) { finish_task(t, *old, TaskState::Failed, "", false, kNow); });
    FAIL("the stale claim was accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::fenced);
  }
  database->write("finish", [&](Txn& t) { finish_task(t, *current, TaskState::Success, "", true, kNow); });
  const auto ended = database->read([](Reader& r) { return find_task(r, "ServerTasks-1"); });
  CHECK(ended->state == TaskState::Success);
  CHECK(ended->has_warnings);
  CHECK(ended->completed == kNow);
  // Ended is ended: not even the holder may record any more.
  CHECK_THROWS_AS(database->write("again", [&](Txn& t) { check_claim(t, *current); }), Error);
  CHECK_FALSE(database->write("take over", [](Txn& t) { return take_over_task(t, "ServerTasks-1", {"c"}); }));
}

TEST_CASE_TEMPLATE("cancel ends a queued task at once, asks a running one, and leaves an ended one", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  insert(*database, task(1));
  insert(*database, task(2, TaskState::Executing));
  insert(*database, task(3, TaskState::Success));
  std::vector<Change> seen;
  database->subscribe(
      [&](const std::vector<Change>& changes) { seen.insert(seen.end(), changes.begin(), changes.end()); });
  const auto cancel = [&](const char* id) {
    return database->write("cancel", [&](Txn& t) { return cancel_task(t, id, kNow); })->state;
  };
  CHECK(cancel("ServerTasks-1") == TaskState::Canceled);
  CHECK(cancel("ServerTasks-2") == TaskState::Cancelling);
  CHECK(cancel("ServerTasks-2") == TaskState::Cancelling);
  CHECK(cancel("ServerTasks-3") == TaskState::Success);
  CHECK_FALSE(database->write("cancel", [](Txn& t) { return cancel_task(t, "ServerTasks-9", kNow); }));
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].state == TaskState::Canceled);
  CHECK(seen[1].state == TaskState::Cancelling);
}

TEST_CASE_TEMPLATE("a task that nobody started in time times out, a running one does not", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  insert(*database, task(1));
  insert(*database, task(2, TaskState::Executing));
  database->write("expire", [](Txn& t) {
    expire_task(t, "ServerTasks-1", kNow);
    expire_task(t, "ServerTasks-2", kNow);
  });
  const auto state = [&](const char* id) { return database->read([&](Reader& r) { return find_task(r, id)->state; }); };
  CHECK(state("ServerTasks-1") == TaskState::TimedOut);
  const auto told = database->read([&](Reader& r) { return find_task(r, "ServerTasks-1")->error; });
  CHECK(told.find("It could not start") != std::string::npos);
  CHECK(state("ServerTasks-2") == TaskState::Executing);
}

TEST_CASE_TEMPLATE("the queue comes by priority, then oldest; claimed tasks apart from it", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  insert(*database, task(1));
  insert(*database, task(2));
  TaskRecord urgent = task(3);
  urgent.priority = 1;
  insert(*database, urgent);
  insert(*database, task(4, TaskState::Cancelling));
  insert(*database, task(5, TaskState::Success));
  insert(*database, task(6, TaskState::Executing));
  CHECK(database->read([](Reader& r) { return ids(queued_tasks(r)); }) ==
        std::vector<std::string>{"ServerTasks-3", "ServerTasks-1", "ServerTasks-2"});
  CHECK(database->read([](Reader& r) { return ids(claimed_tasks(r)); }) ==
        std::vector<std::string>{"ServerTasks-4", "ServerTasks-6"});
}

TEST_CASE_TEMPLATE("task lists are filtered, counted and paged, newest first", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  for (int i = 1; i <= 6; ++i) {
    constexpr std::array kStates{TaskState::Failed, TaskState::Success,   TaskState::Queued,
                                 TaskState::Queued, TaskState::Executing, TaskState::Executing};
    TaskRecord t = task(i, kStates[static_cast<std::size_t>(i - 1)]);
    if (i % 2 == 0) t.tenant = "Tenants-1";
    if (i == 6) t.space = "Spaces-2";
    insert(*database, t);
  }
  struct Case {
    TaskFilter filter;
    Slice slice;
    std::int64_t total;
    std::vector<std::string> ids;
  };
  const std::vector<Case> cases{
      {{}, {0, 2}, 6, {"ServerTasks-6", "ServerTasks-5"}},
      {{.space = "Spaces-1"}, {3, 9}, 5, {"ServerTasks-2", "ServerTasks-1"}},
      {{.space = "Spaces-1", .tenant = "Tenants-1"}, {}, 2, {"ServerTasks-4", "ServerTasks-2"}},
      {{.project = "Projects-2"}, {}, 0, {}},
      {{.space = std::vector<std::string>{"Spaces-2", "Spaces-1"}}, {1, 2}, 6, {"ServerTasks-5", "ServerTasks-4"}},
      {{.name = std::vector<std::string>{"Health", "Deploy"}, .states = {TaskState::Success}},
       {},
       1,
       {"ServerTasks-2"}},
      {{.states = {TaskState::Failed}, .has_warnings_or_errors = true}, {}, 1, {"ServerTasks-1"}},
      {{.states = {TaskState::Failed}, .has_warnings_or_errors = false}, {}, 0, {}},
      {{.name = "Deploy", .states = {TaskState::Queued, TaskState::Success}},
       {0, 3},
       3,
       {"ServerTasks-4", "ServerTasks-3", "ServerTasks-2"}},
      {{.states = {TaskState::Executing}}, {}, 2, {"ServerTasks-6", "ServerTasks-5"}},
      {{.states = {TaskState::Queued, TaskState::Executing}}, {0, 1}, 4, {"ServerTasks-6"}},
      {{.states = {TaskState::Failed, TaskState::TimedOut}}, {}, 1, {"ServerTasks-1"}},
      {{.states = {TaskState::Success}}, {}, 1, {"ServerTasks-2"}},
      {{.space = "Spaces-1", .ids = {{"ServerTasks-2", "ServerTasks-6", "nonsense", "ServerTasks-5"}}},
       {},
       2,
       {"ServerTasks-2", "ServerTasks-5"}},
      {{.ids = {{"ServerTasks-2", "ServerTasks-6", "ServerTasks-5"}}}, {1, 1}, 3, {"ServerTasks-6"}},
  };
  for (const Case& c : cases) {
    const auto page = database->read([&](Reader& r) { return list_tasks(r, c.filter, c.slice); });
    CHECK(page.total == c.total);
    CHECK(ids(page.items) == c.ids);
  }
  database->write("erase", [](Txn& t) { erase_task(t, "ServerTasks-6"); });
  CHECK(database->read([](Reader& r) { return list_tasks(r, {}, {}).total; }) == 5);
}

TEST_CASE("task states have the names that clients know") {
  CHECK(to_string(TaskState::Canceled) == "Canceled");
  CHECK(to_string(TaskState::TimedOut) == "TimedOut");
  CHECK(task_state("Cancelling") == TaskState::Cancelling);
  CHECK(task_state("cancelling") == TaskState::Cancelling);
  CHECK_FALSE(task_state("Bogus"));
}

}  // namespace
}  // namespace slipway::storage
