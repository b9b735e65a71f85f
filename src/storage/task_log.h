// Task logs. Lines get their numbers when they commit, in the transaction of the journal entry that they belong to; a
// line that a reader has seen is therefore there after any crash, once, under the same number. Only this file knows
// where lines lie (compressed chunks).
#pragma once

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

/// Appends in order, publishes Change::task_log, and returns the number of the last line. Lines are already masked.
std::int64_t append_log(Txn&, std::string_view task, const std::vector<LogLine>&);
/// Lines with number > `after`, in order, at most `limit`.
std::vector<LogLine> read_log(Reader&, std::string_view task, std::int64_t after, std::int64_t limit);
/// Uncompressed bytes of a task's log.
std::int64_t log_size(Reader&, std::string_view task);
/// Rewrites the many small chunks of an ended task as few large ones.
void compact_log(Txn&, std::string_view task);
/// Erases at most so many of its chunks; true when none is left.
bool erase_log(Txn&, std::string_view task, std::int64_t chunks_at_most);

}  // namespace slipway::storage
