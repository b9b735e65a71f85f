#include "storage/ids.h"

#include <fmt/format.h>

#include <algorithm>

#include "storage/queries.h"

namespace slipway::storage {
namespace {

constexpr std::int64_t kLargestBlock = 64;

struct Sql {
  Query reserve;
};
constexpr Sql kSql{
    .reserve = {"reserve ids",
                "INSERT INTO counters (prefix, next) VALUES (?1, ?2 + 1)"
                " ON CONFLICT (prefix) DO UPDATE SET next = counters.next + ?2 RETURNING next"},
};

}  // namespace

std::string Ids::next(Txn& txn, std::string_view prefix) {
  return fmt::format("{}-{}", prefix, next_number(txn, prefix));
}

std::int64_t Ids::next_number(Txn& txn, std::string_view prefix) {
  const auto blocks = blocks_.lock();
  const auto found = blocks->find(prefix);
  auto& [name, block] = found != blocks->end() ? *found : *blocks->emplace(prefix, Block{}).first;
  if (block.next == block.end) reserve(txn, name, block);
  return block.next++;
}

void Ids::reserve(Txn& txn, const std::string& prefix, Block& block) {
  const auto end = txn.one(kSql.reserve, {prefix, block.size}, [](const Row& row) { return row.integer(0); });
  block.end = end.value();
  block.next = block.end - block.size;
  block.size = std::min(block.size * 2, kLargestBlock);
  // Numbers of a block that was never stored would be handed out again after a restart.
  txn.at_rollback([this, prefix] { blocks_.lock()->erase(prefix); });
}

std::vector<Query> id_queries() { return members_of(kSql); }

}  // namespace slipway::storage
