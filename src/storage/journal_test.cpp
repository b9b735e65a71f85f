#include "storage/journal.h"

#include <doctest/doctest.h>

#include "storage/database_testing.h"

namespace slipway::storage {
namespace {

constexpr Time kNow = Time(Duration(1'000'000));
constexpr std::string_view kTask = "ServerTasks-1";

TEST_CASE_TEMPLATE("a unit's record is replaced as it goes on", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  UnitRecord unit{.task = std::string(kTask), .number = 2, .started = kNow};
  database->write("start", [&](Txn& t) {
    put_unit(t, unit);
    put_unit(t, {.task = std::string(kTask), .number = 1, .started = kNow});
  });
  unit.state = UnitState::done;
  unit.outcome = R"({"result":"success"})";
  unit.ended = kNow + Duration(1);
  unit.log_position = 4;
  unit.log_ordinal = 2;
  database->write("end", [&](Txn& t) { put_unit(t, unit); });
  const auto units = database->read([](Reader& r) { return units_of(r, kTask); });
  REQUIRE(units.size() == 2);
  CHECK(units[0].number == 1);
  CHECK(units[0].state == UnitState::running);
  CHECK(units[0].log_position == -1);
  CHECK(units[1].state == UnitState::done);
  CHECK(units[1].outcome == unit.outcome);
  CHECK(units[1].ended == unit.ended);
  CHECK(units[1].log_position == 4);
  CHECK(units[1].log_ordinal == 2);
  database->write("erase", [](Txn& t) { erase_units(t, kTask); });
  CHECK(database->read([](Reader& r) { return units_of(r, kTask); }).empty());
}

TEST_CASE_TEMPLATE("an intent is replaced by its result and keeps the time of the intent", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  database->write("intend", [](Txn& t) {
    put_entry(t, kTask, 1, {.position = 1, .kind = EntryKind::effect, .name = "register", .open = true, .at = kNow});
    put_entry(t, kTask, 1, {.position = 0, .kind = EntryKind::observe, .name = "before", .body = "{}", .at = kNow});
    put_entry(t, kTask, 2, {.position = 0, .kind = EntryKind::observe, .name = "other unit", .at = kNow});
  });
  database->write("result", [](Txn& t) {
    put_entry(t, kTask, 1,
              {.position = 1, .kind = EntryKind::effect, .name = "register", .body = "7", .at = kNow + Duration(9)});
  });
  const auto entries = database->read([](Reader& r) { return entries_of(r, kTask, 1); });
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].name == "before");
  CHECK(entries[1].kind == EntryKind::effect);
  CHECK_FALSE(entries[1].open);
  CHECK(entries[1].body == "7");
  CHECK(entries[1].at == kNow);
  database->write("erase", [](Txn& t) { erase_entries(t, kTask, 1); });
  CHECK(database->read([](Reader& r) { return entries_of(r, kTask, 1); }).empty());
  CHECK(database->read([](Reader& r) { return entries_of(r, kTask, 2); }).size() == 1);
}

TEST_CASE_TEMPLATE("a lock has one holder until it is released, which is told", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  std::vector<Change> seen;
  database->subscribe(
      [&](const std::vector<Change>& changes) { seen.insert(seen.end(), changes.begin(), changes.end()); });
  const auto take = [&](const char* key, const char* task, int unit) {
    return database->write("take", [&](Txn& t) { return take_lock(t, key, task, unit); });
  };
  CHECK_FALSE(take("service a", "ServerTasks-1", 1));
  CHECK_FALSE(take("service a", "ServerTasks-1", 1));
  CHECK_FALSE(take("service b", "ServerTasks-1", 1));
  CHECK(take("service a", "ServerTasks-2", 1) == "ServerTasks-1");
  CHECK(take("service a", "ServerTasks-1", 2) == "ServerTasks-1");
  database->write("release", [](Txn& t) { release_locks(t, "ServerTasks-1", 1); });
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].kind == Change::Kind::lock);
  CHECK(seen[0].id == "service a");
  CHECK(seen[1].id == "service b");
  CHECK_FALSE(take("service a", "ServerTasks-2", 1));
}

}  // namespace
}  // namespace slipway::storage
