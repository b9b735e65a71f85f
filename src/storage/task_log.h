// Task logs. Lines get their numbers when they commit, in the transaction of the journal entry that they belong to; a
// line that a reader has seen is therefore there after any crash, once, under the same number. Only this file knows
// where lines lie (compressed chunks).
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"

namespace slipway::storage {

struct LogLine {
  std::int64_t number = 0;    ///< per task, from 1; given when appended
  int unit = 0;               ///< 0 = the task itself
  std::string category = {};  ///< "Info", "Verbose", "Warning", "Error", "Highlight", "Wait", …
  Time occurred{};
  std::string text = {};
};

/// Appends in order, publishes that the log went on, and returns the number of the last line. Lines are already masked.
std::int64_t append_log(Txn&, std::string_view task, const std::vector<LogLine>&);
/// What one reading looks at, at most.
struct LogBounds {
  std::int64_t lines = std::numeric_limits<std::int64_t>::max();
  std::size_t bytes = std::numeric_limits<std::size_t>::max();
};
/// Which lines.
struct LogRange {
  std::int64_t after = 0;  ///< those with a greater number
  std::int64_t take = std::numeric_limits<std::int64_t>::max();
  std::int64_t tail = 0;  ///< above 0: the last so many instead of the first `take`
  std::function<bool(std::string_view category)> wanted = {};  ///< none: all
  LogBounds bounds = {};
};
struct LogPart {
  std::vector<LogLine> lines;  ///< in order
  std::int64_t next = 0;       ///< read on after it: all that is wanted up to there is in `lines`, or was before them
  std::int64_t last = 0;       ///< of the whole log
};
/// Reads no more of the log than it must: from its end for a tail, else from the line after.
LogPart read_log(Reader&, std::string_view task, const LogRange&);
/// Lines with number > `after`, in order, at most `limit`.
std::vector<LogLine> read_log(Reader&, std::string_view task, std::int64_t after, std::int64_t limit);
/// Uncompressed bytes of a task's log.
std::int64_t log_size(Reader&, std::string_view task);
/// Rewrites the many small chunks of an ended task as few large ones.
void compact_log(Txn&, std::string_view task);
/// Erases at most so many of its chunks; true when none is left.
bool erase_log(Txn&, std::string_view task, std::int64_t chunks_at_most);

}  // namespace slipway::storage
