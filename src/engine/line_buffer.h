// The lines of one unit that its step has logged and nothing has stored yet.
//
// They are stored with the unit's next journal entry, or by a timer when none comes soon: a step that waits for AWS, or
// works long, is read meanwhile. A line's key is its place (journal position, ordinal); the place of the last stored
// one lies in the unit's row, written by the same transaction, so that an entry after a crash logs none twice, and a
// line that somebody has read keeps its number.
#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/mutex.h"
#include "storage/journal.h"
#include "storage/task_log.h"

namespace slipway::engine {

/// Threads: any; the step's adds, the strand's stores entries, an executor's flushes.
class LineBuffer {
 public:
  using Lines = std::vector<storage::LogLine>;
  using Place = std::pair<int, int>;  ///< journal position and ordinal
  /// Stores the unit's row, whose place is already the last of these lines, with the lines. Throws what keeps it from
  /// that; false when it left everything as it was.
  using Store = std::function<bool(const storage::UnitRecord&, const Lines&)>;

  /// `row`: with the place of the last line that is stored.
  explicit LineBuffer(storage::UnitRecord row) : row_(std::move(row)) {}

  /// A new entry of the step, under this row: it logs again what was not stored.
  void begin(const storage::UnitRecord& row);
  /// Whether a line at that place is stored already.
  bool has(Place) const;
  /// True when nobody has been asked yet to flush what waits.
  bool add(Place, storage::LogLine);
  /// Stores what waits, and `more` after it, up to `place` or further. Throws what an earlier store threw: nobody knows
  /// then what is stored.
  bool store(Place place, const Lines& more, const Store&);
  /// Stores what waits, if anything does.
  void flush(const Store&);
  /// What waits, for whoever stores the unit's end; nothing is flushed any more.
  Lines close();

 private:
  mutable Mutex mutex_;
  storage::UnitRecord row_ SLIPWAY_GUARDED_BY(mutex_);
  Lines waiting_ SLIPWAY_GUARDED_BY(mutex_);
  Place last_waiting_ SLIPWAY_GUARDED_BY(mutex_){-1, -1};
  bool flush_is_due_ SLIPWAY_GUARDED_BY(mutex_) = false;
  bool closed_ SLIPWAY_GUARDED_BY(mutex_) = false;
  std::optional<Error> broken_ SLIPWAY_GUARDED_BY(mutex_);
};

}  // namespace slipway::engine
