#include "storage/journal.h"

#include "storage/numbered_id.h"
#include "storage/queries.h"

namespace slipway::storage {
namespace {

struct Sql {
  Query put_unit, units, erase_units, put_entry, entries, erase_entries, erase_all_entries;
  Query take_lock, holder, locks, release_locks;
};
constexpr Sql kSql{
    .put_unit = {"put unit",
                 "INSERT INTO units (task, number, attempt, state, outcome, started, ended, log_position, log_ordinal)"
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (task, number) DO UPDATE SET"
                 " attempt = excluded.attempt, state = excluded.state, outcome = excluded.outcome,"
                 " started = excluded.started, ended = excluded.ended, log_position = excluded.log_position,"
                 " log_ordinal = excluded.log_ordinal"},
    .units = {"units of task",
              "SELECT number, attempt, state, outcome, started, ended, log_position, log_ordinal FROM units"
              " WHERE task = ?1 ORDER BY number"},
    .erase_units = {"erase units", "DELETE FROM units WHERE task = ?1"},
    .put_entry = {"put entry",
                  "INSERT INTO journal_entries (task, unit, position, kind, name, is_open, body, written)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (task, unit, position) DO UPDATE SET"
                  " kind = excluded.kind, name = excluded.name, is_open = excluded.is_open, body = excluded.body"},
    .entries = {"entries of unit",
                "SELECT position, kind, name, is_open, body, written FROM journal_entries"
                " WHERE task = ?1 AND unit = ?2 ORDER BY position"},
    .erase_entries = {"erase entries", "DELETE FROM journal_entries WHERE task = ?1 AND unit = ?2"},
    .erase_all_entries = {"erase entries of task", "DELETE FROM journal_entries WHERE task = ?1"},
    .take_lock = {"take lock", "INSERT INTO locks (key, task, unit) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO NOTHING"},
    .holder = {"lock holder", "SELECT task, unit FROM locks WHERE key = ?1"},
    .locks = {"locks of unit", "SELECT key FROM locks WHERE task = ?1 AND unit = ?2 ORDER BY key"},
    .release_locks = {"release locks", "DELETE FROM locks WHERE task = ?1 AND unit = ?2"},
};

std::int64_t stored_task(std::string_view id) { return stored_number(id, kTaskPrefix); }
std::int64_t task_to_find(std::string_view id) { return number_of(id, kTaskPrefix).value_or(0); }

}  // namespace

void put_unit(Txn& txn, const UnitRecord& unit) {
  txn.run(kSql.put_unit,
          {stored_task(unit.task), unit.number, unit.attempt, static_cast<std::int64_t>(unit.state), unit.outcome,
           to_micros(unit.started), unit.ended ? Parameter(to_micros(*unit.ended)) : Parameter(nullptr),
           unit.log_position, unit.log_ordinal});
}

std::vector<UnitRecord> units_of(Reader& reader, std::string_view task) {
  return reader.all(kSql.units, {task_to_find(task)}, [&](const Row& row) {
    return UnitRecord{.task = std::string(task),
                      .number = static_cast<int>(row.integer(0)),
                      .attempt = static_cast<int>(row.integer(1)),
                      .state = static_cast<UnitState>(row.integer(2)),
                      .outcome = row.string(3),
                      .started = row.time(4),
                      .ended = row.maybe_time(5),
                      .log_position = static_cast<int>(row.integer(6)),
                      .log_ordinal = static_cast<int>(row.integer(7))};
  });
}

void erase_units(Txn& txn, std::string_view task) {
  txn.run(kSql.erase_all_entries, {task_to_find(task)});
  txn.run(kSql.erase_units, {task_to_find(task)});
}

void put_entry(Txn& txn, std::string_view task, int unit, const JournalEntry& entry) {
  txn.run(kSql.put_entry, {stored_task(task), unit, entry.position, static_cast<std::int64_t>(entry.kind), entry.name,
                           entry.open, entry.body, to_micros(entry.at)});
}

std::vector<JournalEntry> entries_of(Reader& reader, std::string_view task, int unit) {
  return reader.all(kSql.entries, {task_to_find(task), unit}, [](const Row& row) {
    return JournalEntry{.position = static_cast<int>(row.integer(0)),
                        .kind = static_cast<EntryKind>(row.integer(1)),
                        .name = row.string(2),
                        .open = row.integer(3) != 0,
                        .body = row.string(4),
                        .at = row.time(5)};
  });
}

void erase_entries(Txn& txn, std::string_view task, int unit) {
  txn.run(kSql.erase_entries, {task_to_find(task), unit});
}

std::optional<std::string> take_lock(Txn& txn, std::string_view key, std::string_view task, int unit) {
  const auto number = stored_task(task);
  if (txn.run(kSql.take_lock, {key, number, unit}) != 0) return std::nullopt;
  const auto other = txn.one(kSql.holder, {key}, [&](const Row& row) {
    const bool is_own = row.integer(0) == number && row.integer(1) == unit;
    return is_own ? std::string() : numbered_id(kTaskPrefix, row.integer(0));
  });
  return other && !other->empty() ? other : std::nullopt;
}

void release_locks(Txn& txn, std::string_view task, int unit) {
  const auto number = task_to_find(task);
  const auto keys = txn.all(kSql.locks, {number, unit}, [](const Row& row) { return row.string(0); });
  if (keys.empty()) return;
  txn.run(kSql.release_locks, {number, unit});
  for (const auto& key : keys) txn.publish({.kind = Change::Kind::lock, .id = key});
}

std::vector<Query> journal_queries() { return members_of(kSql); }

}  // namespace slipway::storage
