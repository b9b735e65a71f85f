// What a bad disk and sudden death may do to a database, and what they may not: a write that returned is there, a write
// that did not is there as a whole or not at all.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "storage/database_testing.h"
#include "storage/sqlite_fault_vfs.h"

namespace slipway::storage {
namespace {

using Operation = SqliteFaultVfs::Operation;
using Failure = SqliteFaultVfs::Failure;

// Each write makes two rows in two tables: both or none are there.
constexpr Query kLeft{"left", "INSERT INTO counters (prefix, next) VALUES (?1, 1)"};
constexpr Query kRight{"right", "INSERT INTO locks (key, task, unit) VALUES (?1, 1, 1)"};
constexpr Query kLefts{"lefts", "SELECT prefix FROM counters ORDER BY prefix"};
constexpr Query kRights{"rights", "SELECT key FROM locks ORDER BY key"};
constexpr Query kFill{"fill", "INSERT INTO contents (hash, packed) VALUES (?1, ?2)"};
constexpr Query kCheck{"check", "PRAGMA integrity_check"};

using Names = std::vector<std::string>;

std::string name_of(int n) { return "write-" + std::to_string(1000 + n); }

void write_pair(Database& database, const std::string& name) {
  database.write("pair", [&](Txn& t) {
    t.run(kLeft, {name});
    t.run(kRight, {name});
  });
}

/// Writes pairs until one fails; returns the names of those that were confirmed.
Names write_pairs(Database& database, int count) {
  Names confirmed;
  for (int n = 0; n < count; ++n) {
    try {
      write_pair(database, name_of(n));
      confirmed.push_back(name_of(n));
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::unavailable);
      break;
    }
  }
  return confirmed;
}

Names read_pairs(Database& database) {
  return database.read([](Reader& r) {
    const auto text = [](const Row& row) { return row.string(0); };
    const Names lefts = r.all(kLefts, {}, text);
    CHECK(lefts == r.all(kRights, {}, text));
    CHECK(r.one(kCheck, {}, text) == "ok");
    return lefts;
  });
}

/// Confirmed writes are all there; after them at most the one that was under way.
void check_survivors(const Names& confirmed, const Names& found) {
  REQUIRE(found.size() >= confirmed.size());
  CHECK(found.size() <= confirmed.size() + 1);
  CHECK(Names(found.begin(), found.begin() + std::ssize(confirmed)) == confirmed);
}

/// In one write each.
void write_mebibytes(Database& database, int from, int to) {
  const std::string large(1 << 20, 'x');
  for (int n = from; n < to; ++n) {
    const std::string key = std::to_string(n);
    database.write("fill", [&](Txn& t) { t.run(kFill, {Blob{key}, Blob{large}}); });
  }
}

TEST_CASE("what was confirmed survives a power loss, whatever the disk kept of the rest") {
  for (int seed = 0; seed < 20; ++seed) {
    SeededRandom luck(static_cast<std::uint64_t>(seed));
    testing::SimulatedSqlite database;
    const int before = static_cast<int>(luck.below(40));
    const auto confirmed = write_pairs(*database, before);
    CHECK(std::ssize(confirmed) == before);
    database.disk().crash(&luck);
    CHECK_THROWS_AS(write_pair(*database, "too late"), Error);
    database.reopen();
    CHECK(read_pairs(*database) == confirmed);
  }
}

TEST_CASE("a commit that a disk fault cuts at any point is confirmed and kept, or refused") {
  for (const auto& [operation, failure] :
       {std::pair(Operation::write, Failure::io_error), std::pair(Operation::sync, Failure::io_error)}) {
    for (int nth = 1;; ++nth) {
      SeededRandom luck(static_cast<std::uint64_t>(nth));
      testing::SimulatedSqlite database;
      const int before = database.disk().count(operation);
      database.disk().fail(operation, nth, failure, true);
      const auto confirmed = write_pairs(*database, 6);
      const bool reached = database.disk().count(operation) - before >= nth;
      if (reached) {
        CHECK(confirmed.size() < 6);
        CHECK(read_pairs(*database) == confirmed);  // reading goes on, and shows nothing that was refused
        CHECK(write_pairs(*database, 1).empty());
      }
      database.disk().heal();
      if (nth % 2 == 0) database.disk().crash(&luck);
      database.reopen();
      check_survivors(confirmed, read_pairs(*database));
      write_pair(*database, "afterwards");
      if (!reached) break;
    }
  }
}

TEST_CASE("a commit that finds the disk full is refused as a whole, and writing goes on once there is room") {
  constexpr int kWrites = 6;
  for (int nth = 1;; ++nth) {
    SeededRandom luck(static_cast<std::uint64_t>(nth));
    testing::SimulatedSqlite database;
    const int before = database.disk().count(Operation::write);
    database.disk().fail(Operation::write, nth, Failure::disk_full, true);
    Names kept = write_pairs(*database, kWrites);
    const bool reached = database.disk().count(Operation::write) - before >= nth;
    if (!reached) break;
    REQUIRE(kept.size() < kWrites);
    CHECK(database->can_write());
    CHECK(read_pairs(*database) == kept);
    CHECK_THROWS_WITH_AS(write_pair(*database, "still full"), doctest::Contains("disk is full"), Error);
    database.disk().heal();
    if (nth % 3 == 0) {  // a power loss while what was refused still lies in the log
      database.disk().crash(&luck);
      database.reopen();
      check_survivors(kept, read_pairs(*database));
      continue;
    }
    write_pair(*database, "write-with-room");
    kept.emplace_back("write-with-room");
    CHECK(read_pairs(*database) == kept);
    if (nth % 3 == 1) database.disk().crash(&luck);
    database.reopen();
    CHECK(read_pairs(*database) == kept);
  }
}

TEST_CASE("a disk that is full now and then loses nothing, while the write-ahead log starts over many times") {
  const std::string large(300'000, 'x');
  for (int seed = 0; seed < 3; ++seed) {
    SeededRandom luck(static_cast<std::uint64_t>(seed));
    testing::SimulatedSqlite database;
    Names kept;
    int refused = 0;
    for (int n = 0; n < 120; ++n) {
      if (luck.below(3) == 0) {
        database.disk().fail(Operation::write, static_cast<int>(luck.below(100)) + 1, Failure::disk_full, true);
      }
      const std::string name = name_of(n);
      try {
        database->write("both", [&](Txn& t) {
          t.run(kLeft, {name});
          t.run(kRight, {name});
          t.run(kFill, {Blob{name}, Blob{large}});
        });
        kept.push_back(name);
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::unavailable);
        ++refused;
      }
      database.disk().heal();
    }
    CHECK(refused > 10);
    CHECK(read_pairs(*database) == kept);
    database.disk().crash(&luck);
    database.reopen();
    check_survivors(kept, read_pairs(*database));
  }
}

TEST_CASE("a write that spoils its savepoint fails with its group, and the next one goes through") {
  testing::SimulatedSqlite database;
  constexpr Query spoil{"spoil", "RELEASE one_write"};
  CHECK_THROWS_AS(database->write("spoils",
                                  [&](Txn& t) {
                                    t.run(kLeft, {"a"});
                                    t.run(spoil, {});
                                  }),
                  Error);
  write_pair(*database, "b");
  CHECK(read_pairs(*database) == Names{"b"});
}

TEST_CASE("a reader that stays keeps no write waiting, however long the write-ahead log grows") {
  testing::SimulatedSqlite database;
  database->read([&](Reader& r) {
    r.one(kCheck, {}, [](const Row& row) { return row.string(0); });
    write_mebibytes(*database, 0, 70);
  });
  CHECK(database.disk().waited() == Duration(0));
}

TEST_CASE("the write-ahead log starts over soon after a reader that stayed is gone") {
  testing::ThreadedSqlite database;
  database->read([&](Reader& r) {
    r.one(kCheck, {}, [](const Row& row) { return row.string(0); });
    write_mebibytes(*database, 0, 90);
  });
  const auto size_of_log = [&] { return std::filesystem::file_size(database.path() + "-wal"); };
  CHECK(size_of_log() > 90u << 20);
  write_mebibytes(*database, 90, 115);
  CHECK(size_of_log() <= 64u << 20);
}

TEST_CASE("a failed commit stops all writing until the database is opened anew") {
  testing::SimulatedSqlite database;
  write_pair(*database, "a");
  std::vector<Change> seen;
  database->subscribe([&](const std::vector<Change>& c) { seen.insert(seen.end(), c.begin(), c.end()); });
  database.disk().fail(Operation::sync, 1, Failure::io_error);
  bool forgotten = false;
  const auto write = [&] {
    database->write("b", [&](Txn& t) {
      t.run(kLeft, {"b"});
      t.publish({.kind = Change::Kind::document, .id = "b"});
      t.at_rollback([&] { forgotten = true; });
    });
  };
  CHECK_THROWS_WITH_AS(write(), doctest::Contains("restart the server"), Error);
  CHECK(forgotten);
  // The disk is well again, but what it holds is unknown.
  CHECK_THROWS_WITH_AS(write(), doctest::Contains("Nothing can be written"), Error);
  CHECK(seen.empty());
  CHECK(read_pairs(*database) == Names{"a"});
  database.disk().crash();
  database.reopen();
  CHECK(read_pairs(*database) == Names{"a"});
  write_pair(*database, "b");
}

TEST_CASE("a disk without room refuses a write that does not fit and keeps the others") {
  testing::SimulatedSqlite database;
  write_pair(*database, "a");
  database.disk().fail(Operation::write, 1, Failure::disk_full, true);
  // More than the cache holds, so that SQLite has to write before the commit, and gives the transaction up.
  const std::string large(1 << 20, 'x');
  const auto too_much = [&] {
    database->write("fill", [&](Txn& t) {
      for (const char* key : {"1", "2", "3", "4"}) t.run(kFill, {Blob{key}, Blob{large}});
    });
  };
  CHECK_THROWS_WITH_AS(too_much(), doctest::Contains("disk"), Error);
  CHECK(read_pairs(*database) == Names{"a"});
  database.disk().heal();
  write_pair(*database, "b");  // nothing was committed in vain, so there is no need to start anew
  CHECK(read_pairs(*database) == Names{"a", "b"});
}

TEST_CASE("the same writes do the same to a simulated disk") {
  testing::SimulatedSqlite one;
  testing::SimulatedSqlite other;
  for (auto* database : {&one, &other}) write_pairs(**database, 20);
  for (const auto operation : {Operation::write, Operation::sync}) {
    CHECK(one.disk().count(operation) == other.disk().count(operation));
  }
}

TEST_CASE("every write that was confirmed is there after the process was killed") {
  const testing::TemporaryFolder folder;
  const testing::QuietLog quiet;
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto database = open_sqlite({.path = folder.file("slipway.db")}, quiet.log());
    for (int n = 0;; ++n) {
      write_pair(*database, name_of(n));
      if (::write(pipe_ends[1], "x", 1) != 1) ::_exit(1);
    }
  }
  ::close(pipe_ends[1]);
  char confirmed = 0;
  Names expected;
  while (expected.size() < 25 && ::read(pipe_ends[0], &confirmed, 1) == 1) {
    expected.push_back(name_of(static_cast<int>(expected.size())));
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  while (::read(pipe_ends[0], &confirmed, 1) == 1) expected.push_back(name_of(static_cast<int>(expected.size())));
  ::close(pipe_ends[0]);
  const auto database = open_sqlite({.path = folder.file("slipway.db")}, quiet.log());
  check_survivors(expected, read_pairs(*database));
}

}  // namespace
}  // namespace slipway::storage
