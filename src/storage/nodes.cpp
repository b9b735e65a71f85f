#include "storage/nodes.h"

#include "storage/queries.h"

namespace slipway::storage {
namespace {

struct Sql {
  Query begin, end_others;
};
constexpr Sql kSql{
    .begin = {"begin node",
              "INSERT INTO nodes (name, epoch, is_alive, started) VALUES (?1, 1, 1, ?2) ON CONFLICT (name)"
              " DO UPDATE SET epoch = nodes.epoch + 1, is_alive = 1, started = excluded.started RETURNING epoch"},
    .end_others = {"end other nodes", "UPDATE nodes SET is_alive = 0 WHERE name <> ?1"},
};

}  // namespace

Node begin_node(Txn& txn, std::string_view name, Time now) {
  const auto epoch = txn.one(kSql.begin, {name, to_micros(now)}, [](const Row& row) { return row.integer(0); });
  return {std::string(name), epoch.value_or(0)};
}

void end_other_nodes(Txn& txn, std::string_view name) { txn.run(kSql.end_others, {name}); }

std::vector<Query> node_queries() { return members_of(kSql); }

}  // namespace slipway::storage
