#include "storage/database.h"

#include <doctest/doctest.h>

#include <thread>

#include "base/error.h"
#include "storage/database_testing.h"

namespace slipway::storage {
namespace {

constexpr Query kPut{"put", "INSERT INTO counters (prefix, next) VALUES (?1, ?2)"};
constexpr Query kList{"list", "SELECT prefix, next FROM counters ORDER BY prefix"};
constexpr Query kFind{"find", "SELECT next FROM counters WHERE prefix = ?1"};

std::vector<std::string> prefixes(Database& database) {
  return database.read([](Reader& r) { return r.all(kList, {}, [](const Row& row) { return row.string(0); }); });
}

TEST_CASE("a write is seen by the next read") {
  testing::ThreadedSqlite database;
  database->write("test", [](Txn& t) { CHECK(t.run(kPut, {"a", 1}) == 1); });
  CHECK(prefixes(*database) == std::vector<std::string>{"a"});
  database.reopen();
  CHECK(prefixes(*database) == std::vector<std::string>{"a"});
}

TEST_CASE("a write that throws rolls back alone, and its exception reaches its caller") {
  testing::ThreadedSqlite database;
  std::vector<std::thread> writers;
  std::atomic<int> refused = 0;
  for (int i = 0; i < 16; ++i) {
    writers.emplace_back([&, i] {
      try {
        database->write("test", [&](Txn& t) {
          const std::string key = "k" + std::to_string(10 + i);
          t.run(kPut, {key, i});
          if (i % 2 == 1) throw std::runtime_error("odd");
        });
      } catch (const std::runtime_error&) {
        ++refused;
      }
    });
  }
  for (auto& writer : writers) writer.join();
  CHECK(refused == 8);
  CHECK(prefixes(*database) == std::vector<std::string>{"k10", "k12", "k14", "k16", "k18", "k20", "k22", "k24"});
}

}  // namespace
}  // namespace slipway::storage
