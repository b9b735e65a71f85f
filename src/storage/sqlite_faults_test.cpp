// What a bad disk and sudden death may do to a database, and what they may not: a write that returned is there, a write
// that did not is there as a whole or not at all.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

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
       {std::pair(Operation::write, Failure::disk_full), std::pair(Operation::write, Failure::io_error),
        std::pair(Operation::sync, Failure::io_error)}) {
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
      t.publish({.kind = Change::Kind::resource, .id = "b"});
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
  constexpr Query fill{"fill", "INSERT INTO contents (hash, packed) VALUES (?1, ?2)"};
  const auto too_much = [&] {
    database->write("fill", [&](Txn& t) {
      for (const char* key : {"1", "2", "3", "4"}) t.run(fill, {Blob{key}, Blob{large}});
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
