// Every statement that the stores run, under every fault that a disk can have: it ends as it does without the fault, or
// as trouble of the storage, which its callers wait out. Nothing else may come of a fault, or a caller takes it for an
// answer about what it asked.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "storage/database_testing.h"
#include "storage/queries.h"

namespace slipway::storage {
namespace {

using Operation = SqliteFaultVfs::Operation;
using Failure = SqliteFaultVfs::Failure;

constexpr Query kTouch{"touch", "INSERT INTO counters (prefix, next) VALUES (?1, 1)"};
constexpr Query kTouched{"touched", "SELECT count(*) FROM counters WHERE prefix LIKE 'touch%'"};
constexpr Query kCheck{"check", "PRAGMA integrity_check"};

/// Thrown to take back what a statement did, so that it meets the same database each time.
struct TakeBack {};

std::size_t parameters_of(std::string_view sql) {
  std::size_t most = 0;
  for (std::size_t at = 0; (at = sql.find('?', at)) != std::string_view::npos; ++at) {
    most = std::max<std::size_t>(most, std::stoul(std::string(sql.substr(at + 1, 3))));
  }
  return most;
}

/// "", the code of an error that is about the statement, or nothing when the storage was to blame.
using Ending = std::optional<std::string>;

Ending ending_of(const std::function<void()>& call) {
  try {
    call();
    return "";
  } catch (const TakeBack&) {
    return "";
  } catch (const StorageError& error) {
    CHECK(error.code() == ErrorCode::unavailable);
    CHECK(error.trouble() != Trouble::none);
    return std::nullopt;
  } catch (const Error& error) {
    return std::string(to_string(error.code()));
  }
}

struct Call {
  Query query;
  std::vector<Parameter> parameters;
  bool is_read = false;

  Ending run(Database& database) const {
    const auto all = [&](Reader& reader) { reader.each(query, parameters, [](const Row&) { return true; }); };
    return ending_of([&] {
      if (is_read) return database.read(all);
      database.write("call", [&](Txn& txn) {
        txn.run(query, parameters);
        throw TakeBack();
      });
    });
  }
};

/// With parameters that the statement takes, as far as numbers, texts or bytes alone are.
Call call_of(const Query& query, Database& database) {
  Call call{query, {}, query.sql.starts_with("SELECT") || query.sql.starts_with("WITH")};
  for (const Parameter& value : {Parameter(std::int64_t{1}), Parameter("text"), Parameter(Blob{"bytes"})}) {
    call.parameters.assign(parameters_of(query.sql), value);
    if (call.run(database) == "") break;
  }
  return call;
}

/// What a file system can answer to an operation, and SQLite of it.
bool can_happen(Operation operation, Failure failure) {
  switch (failure) {
    case Failure::io_error:
      return true;
    case Failure::disk_full:
    case Failure::read_only:
      return operation == Operation::write;
    case Failure::busy:
    case Failure::locking_protocol:
      return operation == Operation::lock;
    case Failure::corrupt:
      return operation == Operation::read;
    case Failure::no_memory:
      return operation != Operation::sync;  // where all that can be said is that what it was to save is lost
  }
  return false;
}

TEST_CASE("every storage call under every fault ends as without it, or as trouble that passes, and harms nothing") {
  int tried = 0, met = 0, statements = 0, touches = 0;
  for (const Query& query : all_queries()) {
    testing::SimulatedSqlite database;
    const Call call = call_of(query, *database);
    const Ending without = call.run(*database);
    REQUIRE(without.has_value());
    ++statements;
    int confirmed = 0;
    for (std::size_t operation = 0; operation < SqliteFaultVfs::kOperations; ++operation) {
      for (std::size_t failure = 0; failure < SqliteFaultVfs::kFailures; ++failure) {
        if (!can_happen(Operation(operation), Failure(failure))) continue;
        for (int nth = 1; nth <= 6; ++nth) {
          CAPTURE(query.name);
          CAPTURE(SqliteFaultVfs::name_of(Operation(operation)));
          CAPTURE(SqliteFaultVfs::name_of(Failure(failure)));
          CAPTURE(nth);
          ++tried;
          database.disk().fail(Operation(operation), nth, Failure(failure), true);
          const std::string name = "touch" + std::to_string(++touches);
          const auto touched = ending_of([&] { database->write("touch", [&](Txn& t) { t.run(kTouch, {name}); }); });
          const Ending ending = call.run(*database);
          CHECK((ending == without || !ending));
          CHECK((touched == "" || !touched));
          confirmed += touched ? 1 : 0;
          met += ending && touched ? 0 : 1;
          database.disk().heal();
          if (!database->can_write() || database->is_damaged()) {
            database.reopen();
            // What a commit whose sync failed has left is there as a whole or not at all.
            confirmed = database->read([](Reader& r) {
              return *r.one(kTouched, {}, [](const Row& row) { return static_cast<int>(row.integer(0)); });
            });
          }
          CHECK(call.run(*database) == without);
        }
      }
    }
    database->read([&](Reader& r) {
      CHECK(r.one(kCheck, {}, [](const Row& row) { return row.string(0); }) == "ok");
      CHECK(r.one(kTouched, {}, [](const Row& row) { return row.integer(0); }) == confirmed);
    });
  }
  MESSAGE(tried << " faults tried on " << statements << " statements, " << met << " of them met");
  CHECK(met > tried / 4);
}

TEST_CASE("opening a database under every fault succeeds or says what ails the storage") {
  int tried = 0;
  for (std::size_t operation = 0; operation < SqliteFaultVfs::kOperations; ++operation) {
    for (std::size_t failure = 0; failure < SqliteFaultVfs::kFailures; ++failure) {
      if (!can_happen(Operation(operation), Failure(failure))) continue;
      for (int nth = 1; nth <= 30; ++nth) {
        CAPTURE(SqliteFaultVfs::name_of(Operation(operation)));
        CAPTURE(SqliteFaultVfs::name_of(Failure(failure)));
        CAPTURE(nth);
        testing::SimulatedSqlite database;
        database->write("touch", [&](Txn& t) { t.run(kTouch, {"touch"}); });
        database.disk().fail(Operation(operation), nth, Failure(failure), true);
        const auto opened = ending_of([&] { database.reopen(); });
        CHECK((opened == "" || !opened));
        database.disk().heal();
        database.reopen();
        database->read(
            [&](Reader& r) { CHECK(r.one(kTouched, {}, [](const Row& row) { return row.integer(0); }) == 1); });
        ++tried;
      }
    }
  }
  MESSAGE(tried << " faults tried");
}

TEST_CASE("a disk that does not answer is not waited for, whatever the write, and what it kept back is stored later") {
  const testing::QuietLog quiet;
  SqliteFaultVfs disk("frozen disk");
  const auto database =
      open_sqlite({.path = "slipway.db", .vfs = disk.name(), .patience = std::chrono::milliseconds(20)}, quiet.log());
  const auto touch = [&](const std::string& name) { database->write("touch", [&](Txn& t) { t.run(kTouch, {name}); }); };
  const auto count = [&] {
    return database->read(
        [](Reader& r) { return *r.one(kTouched, {}, [](const Row& row) { return row.integer(0); }); });
  };
  touch("touch1");
  disk.freeze();
  CHECK_THROWS_WITH_AS(touch("touch2"), doctest::Contains("nobody knows yet whether this was stored"), StorageError);
  CHECK_THROWS_WITH_AS(touch("touch3"), doctest::Contains("nothing was stored"), StorageError);
  CHECK(count() == 1);  // reading goes on
  CHECK(database->can_write());
  disk.heal();
  while (true) {  // until the writer has got through with what it had
    try {
      touch("touch4");
      break;
    } catch (const StorageError& error) {
      CHECK(error.trouble() == Trouble::frozen);
    }
  }
  CHECK(count() == 3);
}

}  // namespace
}  // namespace slipway::storage
