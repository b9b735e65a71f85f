#include "storage/task_log.h"

#include <doctest/doctest.h>

#include "storage/database_testing.h"

namespace slipway::storage {
namespace {

constexpr std::string_view kTask = "ServerTasks-1";

LogLine line(int i) {
  return {.unit = i % 3,
          .category = i % 2 == 0 ? "Info" : "Verbose",
          .occurred = from_micros(1'700'000'000'000'000 + (i % 5 == 0 ? -i : i) * 1000),
          .text = "line " + std::to_string(i) + std::string(static_cast<std::size_t>(i % 7) * 100, 'x')};
}

void append(Database& database, int from, int to) {
  database.write("append", [&](Txn& t) {
    std::vector<LogLine> lines;
    for (int i = from; i <= to; ++i) lines.push_back(line(i));
    CHECK(append_log(t, kTask, lines) == to);
  });
}

void check_lines(Database& database, std::int64_t after, std::int64_t limit, std::int64_t first, std::int64_t last) {
  const auto lines = database.read([&](Reader& r) { return read_log(r, kTask, after, limit); });
  REQUIRE(std::ssize(lines) == last - first + 1);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const LogLine expected = line(static_cast<int>(first) + static_cast<int>(i));
    CHECK(lines[i].number == first + static_cast<std::int64_t>(i));
    CHECK(lines[i].unit == expected.unit);
    CHECK(lines[i].category == expected.category);
    CHECK(lines[i].occurred == expected.occurred);
    CHECK(lines[i].text == expected.text);
  }
}

TEST_CASE_TEMPLATE("log lines are numbered on across appends and read from any number", DatabaseKind,
                   SLIPWAY_DATABASES) {
  DatabaseKind database;
  append(*database, 1, 3);
  append(*database, 4, 4);
  append(*database, 5, 20);
  check_lines(*database, 0, 1000, 1, 20);
  check_lines(*database, 2, 1000, 3, 20);
  check_lines(*database, 3, 4, 4, 7);
  check_lines(*database, 20, 1000, 21, 20);
  CHECK(database->write("none", [](Txn& t) { return append_log(t, kTask, {}); }) == 20);
  CHECK(database->read([](Reader& r) { return read_log(r, "ServerTasks-2", 0, 10); }).empty());
}

TEST_CASE_TEMPLATE("a compacted log reads as before and takes less room", DatabaseKind, SLIPWAY_DATABASES) {
  DatabaseKind database;
  constexpr Query chunks{"chunks", "SELECT COUNT(*), SUM(LENGTH(packed)) FROM log_chunks"};
  const auto chunks_and_bytes = [&] {
    return *database->read([&](Reader& r) {
      return r.one(chunks, {}, [](const Row& row) { return std::pair(row.integer(0), row.integer(1)); });
    });
  };
  for (int i = 0; i < 300; ++i) append(*database, 10 * i + 1, 10 * i + 10);
  const auto size = database->read([](Reader& r) { return log_size(r, kTask); });
  const auto before = chunks_and_bytes();
  database->write("compact", [](Txn& t) { compact_log(t, kTask); });
  const auto after = chunks_and_bytes();
  CHECK(before.first == 300);
  CHECK(after.first < 20);
  CHECK(after.second * 2 < before.second);
  CHECK(database->read([](Reader& r) { return log_size(r, kTask); }) > size / 2);
  check_lines(*database, 0, 5000, 1, 3000);
  check_lines(*database, 1234, 10, 1235, 1244);
  append(*database, 3001, 3002);
  database->write("compact", [](Txn& t) { compact_log(t, kTask); });
  check_lines(*database, 2990, 100, 2991, 3002);
  CHECK_FALSE(database->write("erase", [](Txn& t) { return erase_log(t, kTask, 1); }));
  while (!database->write("erase", [](Txn& t) { return erase_log(t, kTask, 1); })) continue;
  CHECK(database->read([](Reader& r) { return log_size(r, kTask); }) == 0);
}

}  // namespace
}  // namespace slipway::storage
