#include "storage/tallies.h"

#include "storage/erasures.h"
#include "storage/queries.h"

namespace slipway::storage {
namespace {

struct Sql {
  Query add, sum;
};
constexpr Sql kSql{
    .add = {"add to tally",
            "INSERT INTO tallies (list, space, amount) VALUES (?1, ?2, ?3)"
            " ON CONFLICT (list, space) DO UPDATE SET amount = tallies.amount + excluded.amount"},
    .sum = {"sum of tallies",
            "SELECT COALESCE(SUM(amount), 0) FROM tallies WHERE list = ?1 AND (space = ?2 OR ?2 = '')"},
};

}  // namespace

void count_in(Txn& txn, std::string_view list, std::string_view space, std::int64_t by) {
  if (by == 0 || space == kErasedSpace) return;  // rows that go have left the lists before
  txn.run(kSql.add, {list, space, by});
}

std::int64_t tally(Reader& reader, std::string_view list, std::string_view space) {
  return reader.one(kSql.sum, {list, space}, [](const Row& row) { return row.integer(0); }).value_or(0);
}

std::vector<Query> tally_queries() { return members_of(kSql); }

}  // namespace slipway::storage
