#include "storage/health.h"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "base/error.h"
#include "base/executor.h"
#include "storage/database_testing.h"

namespace slipway::storage {
namespace {

using Operation = SqliteFaultVfs::Operation;
using Failure = SqliteFaultVfs::Failure;

TEST_CASE("health names what ails a database by a write that is tried, and is well once that is over") {
  struct Case {
    Operation operation;
    Failure failure;
    Trouble trouble;
    const char* says;
    bool passes;
  };
  const Case cases[] = {
      {Operation::write, Failure::disk_full, Trouble::full, "is full", true},
      {Operation::write, Failure::read_only, Trouble::read_only, "read-only", true},
      {Operation::lock, Failure::locking_protocol, Trouble::busy, "passes", true},
      {Operation::write, Failure::no_memory, Trouble::busy, "passes", true},
      {Operation::read, Failure::corrupt, Trouble::corrupt, "restore the database from your backup", false},
      {Operation::write, Failure::io_error, Trouble::stopped, "restart the server", false},
      {Operation::sync, Failure::io_error, Trouble::stopped, "restart the server", false},
  };
  for (const Case& c : cases) {
    CAPTURE(SqliteFaultVfs::name_of(c.operation));
    CAPTURE(SqliteFaultVfs::name_of(c.failure));
    testing::SimulatedSqlite database;
    CHECK(try_database(*database, from_micros(1)).trouble == Trouble::none);
    database.reopen();
    database.disk().fail(c.operation, 1, c.failure, true);
    try_database(*database, from_micros(2));
    const Health health = try_database(*database, from_micros(3));
    CHECK(health.trouble == c.trouble);
    CHECK_MESSAGE(health.reason.find(c.says) != std::string::npos, health.reason);
    database.disk().heal();
    CHECK((try_database(*database, from_micros(4)).trouble == Trouble::none) == c.passes);
    database.reopen();
    CHECK(try_database(*database, from_micros(5)).trouble == Trouble::none);
  }
}

TEST_CASE("a frozen disk is told at once, while the try hangs, and is forgotten when it thaws") {
  SqliteFaultVfs disk("health's frozen disk");
  const testing::QuietLog quiet;
  const auto database = open_sqlite({.path = "slipway.db", .vfs = disk.name()}, quiet.log());
  const SystemClock clock;
  const HealthWatch watch(*database, clock, quiet.log(), {std::chrono::milliseconds(1), std::chrono::milliseconds(50)});
  const auto becomes = [&](Trouble trouble) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (watch.now().trouble != trouble && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
    return watch.now().trouble == trouble;
  };
  CHECK(watch.now().trouble == Trouble::none);
  disk.freeze();
  CHECK(becomes(Trouble::frozen));
  disk.heal();
  CHECK(becomes(Trouble::none));
}

TEST_CASE("a database whose file is taken away or replaced under the server is not well") {
  testing::ThreadedSqlite database;
  CHECK(try_database(*database, from_micros(1)).trouble == Trouble::none);
  std::filesystem::rename(database.path(), database.path() + ".away");
  CHECK(try_database(*database, from_micros(2)).trouble == Trouble::moved);
  CHECK_THROWS_WITH_AS(database->write("lost", [](Txn&) {}), doctest::Contains("nothing was stored"), StorageError);
  std::ofstream(database.path()) << "another";
  CHECK(try_database(*database, from_micros(3)).trouble == Trouble::moved);
  std::filesystem::rename(database.path() + ".away", database.path());
  CHECK(try_database(*database, from_micros(4)).trouble == Trouble::none);
}

TEST_CASE("a log that is taken away, replaced or cut short under the server stops its writes and says which") {
  namespace fs = std::filesystem;
  struct Case {
    const char* file;
    const char* says;
    std::function<void(const std::string&)> harm;
  };
  const auto replace = [](const std::string& path) {
    fs::copy_file(path, path + ".copy");
    fs::rename(path + ".copy", path);
  };
  const std::vector<Case> cases{
      {"-wal", "deleted or moved", [](const std::string& path) { fs::remove(path); }},
      {"-shm", "deleted or moved", [](const std::string& path) { fs::remove(path); }},
      {"-wal", "replaced", replace},
      {"-shm", "replaced", replace},
      {"-wal", "cut short", [](const std::string& path) { fs::resize_file(path, 0); }},
      {"-wal", "cut short", [](const std::string& path) { fs::resize_file(path, fs::file_size(path) - 1); }},
  };
  for (const Case& c : cases) {
    CAPTURE(c.file);
    CAPTURE(c.says);
    testing::ThreadedSqlite database;
    CHECK(try_database(*database, from_micros(1)).trouble == Trouble::none);
    c.harm(database.path() + c.file);
    for (int again = 0; again < 2; ++again) {
      const Health health = try_database(*database, from_micros(2));
      CHECK(health.trouble == Trouble::moved);
      CHECK_MESSAGE(health.reason.find(fmt::format("slipway.db{}", c.file)) != std::string::npos, health.reason);
      CHECK_MESSAGE(health.reason.find(c.says) != std::string::npos, health.reason);
    }
    CHECK_THROWS_WITH_AS(database->write("lost", [](Txn&) {}), doctest::Contains("nothing is stored"), StorageError);
    database.reopen();
    CHECK(try_database(*database, from_micros(3)).trouble == Trouble::none);
  }
}

TEST_CASE("the log of a busy database is found whole, however often it starts over") {
  testing::ThreadedSqlite database;
  constexpr Query put{"put", "INSERT INTO health (id, tried) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET tried = ?1"};
  for (int i = 0; i < 3'000; ++i) {
    CHECK_NOTHROW(database->write("busy", [&](Txn& txn) { txn.run(put, {std::int64_t{i}}); }));
  }
  database.reopen();
  CHECK(try_database(*database, from_micros(1)).trouble == Trouble::none);
}

TEST_CASE("a database that has a second name, from whichever folder, is not opened") {
  namespace fs = std::filesystem;
  testing::ThreadedSqlite database;
  const testing::TemporaryFolder other;
  const testing::QuietLog quiet;
  const auto refusal = [&](const std::string& path) {
    try {
      open_sqlite({.path = path}, quiet.log());
    } catch (const Error& error) {
      return error.message();
    }
    return std::string("opened");
  };
  const std::string second = other.file("slipway.db");
  const auto says = [&](const char* part) { return refusal(second).find(part) != std::string::npos; };
  fs::create_symlink(database.path(), second);
  CHECK(says("is a symbolic link"));
  fs::remove(second);
  fs::create_symlink(other.file("nothing"), second);
  CHECK(says("is a symbolic link"));
  fs::remove(second);
  fs::create_hard_link(database.path(), second);
  CHECK(says("second name"));
  fs::remove(second);
  fs::create_directory(second);
  CHECK(says("is no file"));
  fs::remove(second);
  CHECK(refusal(second) == "opened");
}

TEST_CASE("a missing or empty database is refused where none may be made") {
  const testing::TemporaryFolder folder;
  const testing::QuietLog quiet;
  const auto open = [&] { return open_sqlite({.path = folder.file("slipway.db"), .may_create = false}, quiet.log()); };
  CHECK_THROWS_AS(open(), Error);
  std::ofstream(folder.file("slipway.db")).close();
  CHECK_THROWS_WITH_AS(open(), doctest::Contains("is empty"), Error);
  open_sqlite({.path = folder.file("slipway.db")}, quiet.log());
  CHECK_NOTHROW(open());
}

TEST_CASE("what a start needs room for is there already: the log and its memory stay when a database is closed") {
  testing::ThreadedSqlite database;
  database.reopen();
  for (const auto* end : {"-wal", "-shm"}) CHECK(std::filesystem::exists(database.path() + end));
}

}  // namespace
}  // namespace slipway::storage
