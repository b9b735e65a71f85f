// What the durable runner remembers: units of work, their journals, and locks.
//
// A unit is (task, number); its journal holds what its step did, by position. When a unit ends, its outcome stays and
// its entries go.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"
#include "storage/tasks.h"

namespace slipway::storage {

enum class UnitState { running, done };

struct UnitRecord {
  std::string task = {};
  int number = 0;  ///< position in the plan, from 1
  int attempt = 1;
  UnitState state = UnitState::running;
  std::string outcome = {};  ///< JSON when done: result, message, outputs, evidence
  Time started{};
  std::optional<Time> ended = {};
  /// The last log line stored for it: lines at or below (position, ordinal) are not stored again.
  int log_position = -1;
  int log_ordinal = -1;
};

/// observe: a read. effect: a change, open from its intent until its result. await: a wait, open until it is decided.
enum class EntryKind { observe = 0, effect = 1, await = 2 };

struct JournalEntry {
  int position = 0;
  EntryKind kind = EntryKind::observe;
  std::string name = {};
  bool open = false;      ///< an intent without result, or a wait without verdict
  std::string body = {};  ///< JSON: the result; for an open await its watch state
  Time at{};              ///< when it was first written
};

/// Inserts or replaces.
void put_unit(Txn&, const UnitRecord&);
/// In the order of their numbers.
std::vector<UnitRecord> units_of(Reader&, std::string_view task);
/// Removes a task's units and all their entries.
void erase_units(Txn&, std::string_view task);
/// Inserts or replaces; the time of a replaced entry stays.
void put_entry(Txn&, std::string_view task, int unit, const JournalEntry&);
/// In the order of their positions.
std::vector<JournalEntry> entries_of(Reader&, std::string_view task, int unit);
void erase_entries(Txn&, std::string_view task, int unit);

/// Takes `key` for the unit if it is free or already its own; otherwise returns the task that holds it.
std::optional<std::string> take_lock(Txn&, std::string_view key, std::string_view task, int unit);
/// Frees all locks of a unit and publishes a change of each.
void release_locks(Txn&, std::string_view task, int unit);

}  // namespace slipway::storage
