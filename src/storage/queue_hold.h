// Whether the task queue is held: an operator, or a start on a restored database, wants nothing new to run for now.
// Kept in the database, so that a restart does not release it. The engine listens for its changes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/database.h"
#include "storage/tasks.h"

namespace slipway::storage {

struct QueueHold {
  std::string reason;  ///< a sentence
  Time since{};
  /// Tasks that were executing stand still too: what a restored database knows of them is old.
  bool stands_still = false;
};

/// What a Change of kind `resource` names as its detail when a hold begins or ends.
inline constexpr std::string_view kQueueHoldType = "QueueHold";

std::optional<QueueHold> queue_hold(Reader&);
/// Begins a hold, or changes the one that there is.
void hold_queue(Txn&, const QueueHold&);
/// False when the queue was not held.
bool release_queue(Txn&);

/// Does the hold keep a task in that state from going on?
bool keeps_waiting(const QueueHold&, TaskState);
/// What clients read beside a task that the hold keeps from running.
std::string text_of(const QueueHold&);

}  // namespace slipway::storage
