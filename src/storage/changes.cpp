#include "storage/changes.h"

#include <algorithm>

#include "storage/numbered_id.h"
#include "storage/queries.h"
#include "storage/tasks.h"

namespace slipway::storage {
namespace {

struct Sql {
  Query newest, oldest, insert, after, drop;
};
constexpr Sql kSql{
    .newest = {"newest change", "SELECT MAX(number) FROM changes"},
    .oldest = {"oldest change", "SELECT MIN(number) FROM changes"},
    .insert = {"insert change",
               "INSERT INTO changes (number, kind, object, document, type, detail, is_gone, space, project)"
               " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"},
    .after = {"changes after",
              "SELECT number, kind, object, document, type, detail, is_gone, space, project FROM changes"
              " WHERE number > ?1 ORDER BY number LIMIT ?2"},
    .drop = {"drop changes", "DELETE FROM changes WHERE number <= ?1"},
};

/// What stands for a row that was never a change: skip_changes leaves it, so that the numbers go on from there.
constexpr std::int64_t kNoChange = -1;

std::int64_t number_at(Reader& reader, const Query& query) {
  return reader.one(query, {}, [](const Row& row) { return row.integer(0); }).value_or(0);
}

/// The ids of what grows are kept as numbers, which takes a fraction of the room.
std::string_view prefix_of(Change::Kind kind) {
  switch (kind) {
    case Change::Kind::release:
      return kReleasePrefix;
    case Change::Kind::deployment:
      return kDeploymentPrefix;
    case Change::Kind::task:
    case Change::Kind::log:
      return kTaskPrefix;
    case Change::Kind::document:
    case Change::Kind::lock:
    case Change::Kind::erasure:
      break;
  }
  return "";
}

std::int64_t detail_of(const Change& change) {
  return change.state ? static_cast<std::int64_t>(*change.state) : change.last_line;
}

void insert(Txn& txn, const Change& change) {
  const std::string_view prefix = prefix_of(change.kind);
  const std::int64_t object = prefix.empty() ? 0 : number_of(change.id, prefix).value_or(0);
  txn.run(kSql.insert, {change.number, static_cast<std::int64_t>(change.kind), object,
                        prefix.empty() ? std::string_view(change.id) : std::string_view(), change.type,
                        detail_of(change), change.is_gone, change.space, change.project});
}

Change change_of(const Row& row) {
  Change change;
  change.number = row.integer(0);
  change.kind = static_cast<Change::Kind>(row.integer(1));
  const std::string_view prefix = prefix_of(change.kind);
  change.id = prefix.empty() ? row.string(3) : numbered_id(prefix, row.integer(2));
  change.type = row.string(4);
  if (change.kind == Change::Kind::task) change.state = static_cast<TaskState>(row.integer(5));
  if (change.kind == Change::Kind::log) change.last_line = row.integer(5);
  change.is_gone = row.integer(6) != 0;
  change.space = row.string(7);
  change.project = row.string(8);
  return change;
}

}  // namespace

void store_changes(Txn& txn, std::vector<Change>& changes) {
  if (changes.empty()) return;
  const std::int64_t before = number_at(txn, kSql.newest);
  std::int64_t number = before;
  for (Change& change : changes) {
    change.number = ++number;
    insert(txn, change);
  }
  const bool ends_slice = number / kChangeSlice > before / kChangeSlice;
  if (ends_slice && number > kKeptChanges) txn.run(kSql.drop, {number - kKeptChanges});
}

ChangeSpan change_span(Reader& reader) {
  const std::int64_t oldest = number_at(reader, kSql.oldest);
  return {std::max<std::int64_t>(oldest - 1, 0), number_at(reader, kSql.newest)};
}

std::optional<std::vector<Change>> changes_after(Reader& reader, std::int64_t after, std::int64_t limit) {
  const ChangeSpan known = change_span(reader);
  if (after < known.oldest || after > known.newest) return std::nullopt;
  auto changes = reader.all(kSql.after, {after, limit}, change_of);
  std::erase_if(changes, [](const Change& c) { return static_cast<std::int64_t>(c.kind) == kNoChange; });
  return changes;
}

void skip_changes(Txn& txn, Time now) {
  const std::int64_t newest = number_at(txn, kSql.newest);
  // Numbers are given slower than milliseconds pass.
  const std::int64_t next = std::max(newest + 1, to_micros(now) / 1000);
  txn.run(kSql.insert, {next, kNoChange, std::int64_t{0}, std::string_view(), std::string_view(), std::int64_t{0},
                        std::int64_t{0}, std::string_view(), std::string_view()});
  txn.run(kSql.drop, {next - 1});
}

std::vector<Query> change_queries() { return members_of(kSql); }

}  // namespace slipway::storage
