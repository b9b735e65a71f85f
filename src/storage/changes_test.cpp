#include "storage/changes.h"

#include <doctest/doctest.h>

#include <future>

#include "storage/api_keys.h"
#include "storage/database_testing.h"
#include "storage/journal.h"
#include "storage/releases.h"
#include "storage/resources.h"
#include "storage/task_log.h"
#include "storage/tasks.h"

namespace slipway::storage {
namespace {

using Texts = std::vector<std::string>;

Change change(std::string id) { return {.kind = Change::Kind::document, .id = std::move(id), .type = "Environment"}; }

void publish(Database& database, int times) {
  database.write("publish", [&](Txn& t) {
    for (int i = 0; i < times; ++i) t.publish(change("Environments-1"));
  });
}

std::string text_of(const Change& c) {
  constexpr std::array kinds{"document", "release", "deployment", "task", "log", "lock"};
  std::string text = std::to_string(c.number) + " " + kinds[static_cast<std::size_t>(c.kind)] + " " + c.id;
  for (const std::string& more : {c.type, c.space, c.project, c.state ? std::string(to_string(*c.state)) : ""}) {
    if (!more.empty()) text += " " + more;
  }
  if (c.last_line != 0) text += " to " + std::to_string(c.last_line);
  return c.is_gone ? text + " gone" : text;
}

Texts after(Database& database, std::int64_t number) {
  Texts texts;
  const auto changes = database.read([&](Reader& r) { return changes_after(r, number, 1000); });
  REQUIRE(changes);
  for (const Change& c : *changes) texts.push_back(text_of(c));
  return texts;
}

TEST_CASE_TEMPLATE("what each commit changed is kept with ids, space and project, and told with the same numbers",
                   DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  Texts told;
  database->subscribe([&](const std::vector<Change>& changes) {
    for (const Change& c : changes) told.push_back(text_of(c));
  });
  database->write("a", [](Txn& t) {
    insert_resource(t, {.id = "Projects-1", .type = "Project", .space = "Spaces-1", .name = "web", .slug = "web"});
    insert_resource(t, {.id = "Channels-1", .type = "Channel", .space = "Spaces-1", .parent = "Projects-1"});
    insert_release(t, {.id = "Releases-3", .space = "Spaces-1", .project = "Projects-1", .version_key = "1"});
  });
  database->write("b", [](Txn& t) {
    insert_deployment(t,
                      {.id = "Deployments-7", .space = "Spaces-1", .project = "Projects-1", .task = "ServerTasks-9"});
    insert_task(t,
                {.id = "ServerTasks-9", .space = "Spaces-1", .project = "Projects-1", .deployment = "Deployments-7"});
  });
  database->write("c", [](Txn& t) {
    append_log(t, "ServerTasks-9", {{.text = "one"}, {.text = "two"}});
    append_log(t, "ServerTasks-9", {{.text = "three"}});
  });
  database->write("d", [](Txn& t) {
    take_lock(t, "service", "ServerTasks-9", 1);
    release_locks(t, "ServerTasks-9", 1);
    cancel_task(t, "ServerTasks-9", Time());
    erase_task(t, "ServerTasks-9");
    erase_deployment(t, "Deployments-7");
    erase_release(t, "Releases-3");
    erase_resource(t, "Channels-1");
  });
  const Texts all{"1 document Projects-1 Project Spaces-1 Projects-1",
                  "2 document Channels-1 Channel Spaces-1 Projects-1",
                  "3 release Releases-3 Spaces-1 Projects-1",
                  "4 deployment Deployments-7 Spaces-1 Projects-1",
                  "5 task ServerTasks-9 Spaces-1 Projects-1 Queued",
                  "6 log ServerTasks-9 Spaces-1 Projects-1 to 3",
                  "7 lock service",
                  "8 task ServerTasks-9 Spaces-1 Projects-1 Canceled",
                  "9 task ServerTasks-9 Spaces-1 Projects-1 Canceled gone",
                  "10 deployment Deployments-7 Spaces-1 Projects-1 gone",
                  "11 release Releases-3 Spaces-1 Projects-1 gone",
                  "12 document Channels-1 Channel Spaces-1 Projects-1 gone"};
  CHECK(after(*database, 0) == all);
  CHECK(told == all);
  CHECK(after(*database, 12).empty());
  database.reopen();
  CHECK(after(*database, 11) == Texts{all.back()});
  publish(*database, 1);
  CHECK(after(*database, 12) == Texts{"13 document Environments-1 Environment"});
}

TEST_CASE("a write that rolls back leaves no change and no gap") {
  testing::ThreadedSqlite database;
  publish(*database, 1);
  CHECK_THROWS(database->write("throws", [](Txn& t) {
    t.publish(change("Environments-2"));
    throw std::runtime_error("no");
  }));
  publish(*database, 1);
  CHECK(after(*database, 0) == Texts{"1 document Environments-1 Environment", "2 document Environments-1 Environment"});
}

TEST_CASE("a reader that goes on from the last number it saw misses nothing, however many write at once") {
  testing::ThreadedSqlite database;
  constexpr int writers = 4, writes = 200;
  std::vector<std::future<void>> all;
  for (int i = 0; i < writers; ++i) {
    all.push_back(std::async(std::launch::async, [&] {
      for (int n = 0; n < writes; ++n) publish(*database, 1 + n % 3);
    }));
  }
  std::int64_t seen = 0;
  bool in_order = true;
  const auto read_on = [&] {
    const auto changes = database->read([&](Reader& r) { return changes_after(r, seen, 50); });
    REQUIRE(changes);
    for (const Change& c : *changes) in_order &= c.number == ++seen;
    return !changes->empty();
  };
  while (seen < 300) read_on();
  for (auto& writer : all) writer.get();
  while (read_on()) continue;
  CHECK(in_order);
  CHECK(seen == database->read(change_span).newest);
  CHECK(seen == writers * (66 * 6 + 1 + 2));
}

TEST_CASE("the oldest changes go in slices, and who has seen less than what is left is told so") {
  testing::SimulatedSqlite database;
  const auto is_known = [&](std::int64_t number) {
    return database->read([&](Reader& r) { return changes_after(r, number, 1).has_value(); });
  };
  for (int i = 0; i < 21; ++i) publish(*database, 1000);
  publish(*database, 999);
  ChangeSpan span = database->read(change_span);
  CHECK(span.oldest == 1000);
  CHECK(span.newest == 21'999);
  publish(*database, 1);
  span = database->read(change_span);
  CHECK(span.oldest == 2000);
  CHECK(span.newest == 22'000);
  CHECK(is_known(2000));
  CHECK(is_known(22'000));
  CHECK_FALSE(is_known(1999));
  CHECK_FALSE(is_known(22'001));  // nobody has given it
}

TEST_CASE("a restored database gives no number a second time, and knows nothing of the numbers before") {
  testing::SimulatedSqlite database;
  publish(*database, 5);
  const Time now = from_micros(1'900'000'000'000'000);
  database->write("skip", [&](Txn& t) { skip_changes(t, now); });
  const auto is_known = [&](std::int64_t number) {
    return database->read([&](Reader& r) { return changes_after(r, number, 10).has_value(); });
  };
  for (const std::int64_t old : {0, 4, 5, 1000}) CHECK_FALSE(is_known(old));
  CHECK(after(*database, 1'900'000'000'000).empty());
  publish(*database, 1);
  CHECK(after(*database, 1'900'000'000'000) == Texts{"1900000000001 document Environments-1 Environment"});
}

}  // namespace
}  // namespace slipway::storage
