#include "storage/suspects.h"

#include "storage/numbered_id.h"
#include "storage/queries.h"

namespace slipway::storage {
namespace {

struct Sql {
  Query suspect, mark, clear;
};
constexpr Sql kSql{
    .suspect = {"suspect task",
                "INSERT INTO suspects (task, deaths, is_running) VALUES (?1, ?2, 0) ON CONFLICT (task) DO UPDATE SET"
                " deaths = suspects.deaths + suspects.is_running, is_running = 0 RETURNING deaths"},
    .mark = {"mark suspect", "UPDATE suspects SET is_running = ?2 WHERE task = ?1"},
    .clear = {"clear suspect", "DELETE FROM suspects WHERE task = ?1"},
};

std::int64_t stored_task(std::string_view id) { return stored_number(id, kTaskPrefix); }

}  // namespace

int suspect_task(Txn& txn, std::string_view task, bool is_only) {
  const auto deaths = txn.one(kSql.suspect, {stored_task(task), std::int64_t{is_only ? 1 : 0}},
                              [](const Row& row) { return static_cast<int>(row.integer(0)); });
  return deaths.value();
}

void mark_suspect(Txn& txn, std::string_view task, bool is_running) {
  txn.run(kSql.mark, {stored_task(task), std::int64_t{is_running ? 1 : 0}});
}

void clear_suspect(Txn& txn, std::string_view task) { txn.run(kSql.clear, {stored_task(task)}); }

std::vector<Query> suspect_queries() { return members_of(kSql); }

}  // namespace slipway::storage
