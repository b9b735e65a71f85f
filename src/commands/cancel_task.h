// Cancels a task that waits or runs (TSK-7), on somebody's behalf.
#pragma once

#include <string>

#include "commands/context.h"
#include "storage/tasks.h"

namespace slipway::commands {

/// A queued task is canceled at once; an executing one is told to stop, and ends by itself. An ended one stays as it
/// is. Throws Error{not_found}.
storage::TaskRecord cancel_task(storage::Txn&, WriteContext&, const std::string& task);

}  // namespace slipway::commands
