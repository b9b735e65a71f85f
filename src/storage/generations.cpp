#include "storage/generations.h"

#include "storage/queries.h"

namespace slipway::storage {
namespace {

struct Sql {
  Query count, sum;
};
constexpr Sql kSql{
    .count = {"count generation",
              "INSERT INTO generations (type, number) VALUES (?1, 1) ON CONFLICT (type)"
              " DO UPDATE SET number = generations.number + 1"},
    .sum = {"generation of types", "SELECT CAST(SUM(number) AS BIGINT) FROM generations WHERE type IN (?1, ?2, ?3)"},
};

}  // namespace

void count_generation(Txn& txn, std::string_view type) { txn.run(kSql.count, {type}); }

std::int64_t generation_of(Reader& reader, const std::array<std::string_view, 3>& types) {
  return reader.one(kSql.sum, {types[0], types[1], types[2]}, [](const Row& row) { return row.integer(0); })
      .value_or(0);
}

std::vector<Query> generation_queries() { return members_of(kSql); }

}  // namespace slipway::storage
