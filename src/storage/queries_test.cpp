#include "storage/queries.h"

#include <doctest/doctest.h>

#include <set>

#include "storage/database_testing.h"

namespace slipway::storage {
namespace {

/// How SQLite would run it, one step a line.
std::string plan_of(Reader& reader, const Query& query) {
  const std::string sql = "EXPLAIN QUERY PLAN " + std::string(query.sql);
  std::string plan;
  reader.each({"explain", sql}, {}, [&](const Row& row) {
    plan += row.string(3) + "\n";
    return true;
  });
  return plan;
}

TEST_CASE("no statement walks a table or sorts rows that an index could give") {
  // Lists that nobody restricted: a walk along the key that ends with the page, or a handful of rows; or one row.
  const std::set<std::string_view> walks{
      "tasks", "releases", "deployments", "events", "resources", "api keys", "count tasks", "count releases",
      "count deployments", "count events", "count resources", "all current states", "any secret", "next erasure",
      "end other nodes",
      // Once, when the fingerprint key is made.
      "hashes of api keys", "hashes of kept answers", "keys of locks", "journaled locks"};
  // Read once at start, or by nobody without a type or user.
  const std::set<std::string_view> sorts{"queued tasks", "resources", "api keys"};
  testing::SimulatedSqlite database;
  database->read([&](Reader& reader) {
    for (const Query& query : all_queries()) {
      const std::string plan = plan_of(reader, query);
      const bool walks_table = plan.find("SCAN") != std::string::npos && plan.find("INDEX") == std::string::npos;
      CHECK_MESSAGE((!walks_table || walks.contains(query.name)), query.name << ": " << plan);
      const bool sorts_rows = plan.find("TEMP B-TREE") != std::string::npos;
      CHECK_MESSAGE((!sorts_rows || sorts.contains(query.name)), query.name << ": " << plan);
    }
  });
}

}  // namespace
}  // namespace slipway::storage
