#include "storage/database.h"

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <latch>
#include <thread>

#include "base/error.h"
#include "storage/database_testing.h"

namespace slipway::storage {
namespace {

constexpr Query kPut{"put", "INSERT INTO counters (prefix, next) VALUES (?1, ?2)"};
constexpr Query kList{"list", "SELECT prefix FROM counters ORDER BY prefix"};
constexpr Query kCount{"count", "SELECT COUNT(*) FROM counters"};

using Names = std::vector<std::string>;

Names names(Database& database) {
  return database.read([](Reader& r) { return r.all(kList, {}, [](const Row& row) { return row.string(0); }); });
}

std::int64_t count(Reader& reader) {
  return reader.one(kCount, {}, [](const Row& row) { return row.integer(0); }).value();
}

void put(Database& database, std::string_view name) {
  database.write("put", [&](Txn& t) { t.run(kPut, {name, 1}); });
}

Change change(std::string id) { return {.kind = Change::Kind::document, .id = std::move(id)}; }

TEST_CASE_TEMPLATE("a write is seen by the next read, and after a restart", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  put(*database, "a");
  CHECK(names(*database) == Names{"a"});
  database.reopen();
  CHECK(names(*database) == Names{"a"});
  CHECK(database->write("returns", [](Txn& t) { return count(t) + 1; }) == 2);
}

TEST_CASE_TEMPLATE("what a write throws reaches its caller, and nothing of the write stays", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  std::vector<Change> seen;
  database->subscribe(
      [&](const std::vector<Change>& changes) { seen.insert(seen.end(), changes.begin(), changes.end()); });
  int forgotten = 0;
  CHECK_THROWS_WITH_AS(database->write("throws",
                                       [&](Txn& t) {
                                         t.run(kPut, {"a", 1});
                                         t.publish(change("a"));
                                         t.at_rollback([&] { ++forgotten; });
                                         throw std::runtime_error("no");
                                       }),
                       "no", std::runtime_error);
  CHECK(names(*database).empty());
  CHECK(seen.empty());
  CHECK(forgotten == 1);
  put(*database, "a");
  CHECK_THROWS_AS(put(*database, "a"), Error);
  CHECK(names(*database) == Names{"a"});
}

TEST_CASE_TEMPLATE("a listener that throws, whatever it throws, keeps neither a write nor another listener",
                   DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  int told = 0;
  database->subscribe([](const std::vector<Change>&) { throw std::bad_alloc(); });
  database->subscribe([](const std::vector<Change>&) { throw 42; });
  database->subscribe([&](const std::vector<Change>&) { ++told; });
  for (const auto* const name : {"a", "b"}) {
    database->write("put", [&](Txn& t) {
      t.run(kPut, {name, 1});
      t.publish(change(name));
    });
  }
  CHECK(names(*database) == Names{"a", "b"});
  CHECK(told == 2);
}

TEST_CASE_TEMPLATE("a write inside a write is refused", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  CHECK_THROWS_WITH_AS(database->write("outer", [&](Txn&) { put(*database, "a"); }),
                       doctest::Contains("inside another"), Error);
  put(*database, "a");
}

TEST_CASE_TEMPLATE("changes are published in commit order, numbered from one, once they can be read", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  std::vector<std::string> seen;
  database->subscribe([&](const std::vector<Change>& changes) {
    const auto rows = database->read(count);
    for (const auto& c : changes) {
      seen.push_back(c.id + " " + std::to_string(c.number));
      CHECK(c.number <= 2 * rows);
    }
  });
  for (const char* name : {"a", "b"}) {
    database->write("put", [&](Txn& t) {
      t.run(kPut, {name, 1});
      t.publish(change(name));
      t.publish(change(name));
    });
  }
  CHECK(seen == Names{"a 1", "a 2", "b 3", "b 4"});
}

TEST_CASE_TEMPLATE("null, empty, binary and large values come back as they were", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  constexpr Query echo{"echo", "SELECT ?1, ?2, ?3, ?4, ?5"};
  const std::string binary("\0\xff\0", 3);
  database->read([&](Reader& r) {
    r.each(echo, {nullptr, std::string_view(), Blob{}, Blob{binary}, std::numeric_limits<std::int64_t>::min()},
           [&](const Row& row) {
             CHECK(row.is_null(0));
             CHECK(row.text(0).empty());
             CHECK_FALSE(row.is_null(1));
             CHECK(row.text(1).empty());
             CHECK_FALSE(row.is_null(2));
             CHECK(row.string(3) == binary);
             CHECK(row.integer(4) == std::numeric_limits<std::int64_t>::min());
             return true;
           });
  });
}

TEST_CASE_TEMPLATE("a query may run inside a callback of itself", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  put(*database, "a");
  put(*database, "b");
  Names pairs;
  database->read([&](Reader& r) {
    r.each(kList, {}, [&](const Row& outer) {
      const auto first = outer.string(0);
      r.each(kList, {}, [&](const Row& inner) {
        pairs.push_back(first + inner.string(0));
        return true;
      });
      return true;
    });
  });
  CHECK(pairs == Names{"aa", "ab", "ba", "bb"});
}

TEST_CASE_TEMPLATE("strpos finds bytes as they are", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  constexpr Query contains{"contains", "SELECT strpos(?1, ?2) > 0"};
  const auto found = [&](std::string_view text, std::string_view part) {
    return database->read([&](Reader& r) {
      return r.one(contains, {text, part}, [](const Row& row) { return row.integer(0) == 1; }).value();
    });
  };
  CHECK(found("abc", "bc"));
  CHECK(found("abc", ""));
  CHECK(found("50%_é", "%_é"));
  CHECK_FALSE(found("abc", "B"));
  CHECK_FALSE(found("abc", "%"));
}

TEST_CASE("a read keeps its snapshot while writes go on") {
  testing::ThreadedSqlite database;
  put(*database, "a");
  database->read([&](Reader& r) {
    CHECK(count(r) == 1);
    put(*database, "b");
    CHECK(count(r) == 1);
  });
  CHECK(database->read(count) == 2);
}

TEST_CASE("more reads than connections wait for each other") {
  testing::ThreadedSqlite database;
  put(*database, "a");
  std::atomic<int> right = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 16; ++i) {
    readers.emplace_back([&] {
      for (int n = 0; n < 20; ++n) right += static_cast<int>(database->read(count));
    });
  }
  for (auto& reader : readers) reader.join();
  CHECK(right == 320);
}

TEST_CASE("of many writes at once those that throw roll back alone, and changes have no gap") {
  testing::ThreadedSqlite database;
  std::vector<Change> seen;
  database->subscribe(
      [&](const std::vector<Change>& changes) { seen.insert(seen.end(), changes.begin(), changes.end()); });
  constexpr int kWriters = 16;
  std::latch start(kWriters);
  std::atomic<int> refused = 0;
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] {
      start.arrive_and_wait();
      for (int n = 0; n < 8; ++n) {
        const std::string name = std::to_string(100 * i + n);
        try {
          database->write("put", [&](Txn& t) {
            t.run(kPut, {name, i});
            t.publish(change(name));
            if (n % 2 == 1) throw std::runtime_error("odd");
          });
        } catch (const std::runtime_error&) {
          ++refused;
        }
      }
    });
  }
  for (auto& writer : writers) writer.join();
  CHECK(refused == kWriters * 4);
  CHECK(database->read(count) == kWriters * 4);
  REQUIRE(seen.size() == kWriters * 4);
  for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i].number == i + 1);
}

TEST_CASE("the write-ahead log does not grow with what was written") {
  testing::ThreadedSqlite database;
  const std::string page(4000, 'x');
  constexpr Query fill{"fill", "INSERT INTO contents (hash, packed) VALUES (?1, ?2)"};
  std::uintmax_t largest = 0;
  for (int i = 0; i < 30; ++i) {
    database->write("fill", [&](Txn& t) {
      for (int n = 0; n < 256; ++n) {
        const std::string key = std::to_string(1000 * i + n);
        t.run(fill, {Blob{key}, Blob{page}});
      }
    });
    largest = std::max(largest, std::filesystem::file_size(database.path() + "-wal"));
  }
  CHECK(std::filesystem::file_size(database.path()) > 20u << 20);
  CHECK(largest < 12u << 20);
}

TEST_CASE("a data folder in use is refused") {
  testing::ThreadedSqlite database;
  const testing::QuietLog quiet;
  CHECK_THROWS_WITH_AS(open_sqlite({.path = database.path()}, quiet.log()),
                       doctest::Contains("Another Slipway server uses the data folder"), Error);
}

TEST_CASE("a folder that does not exist is named in the error") {
  const testing::QuietLog quiet;
  CHECK_THROWS_WITH_AS(open_sqlite({.path = "/nowhere/slipway.db"}, quiet.log()), doctest::Contains("/nowhere"), Error);
}

}  // namespace
}  // namespace slipway::storage
