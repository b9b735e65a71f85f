// The task that an address names.
#pragma once

#include "api/http/call.h"
#include "storage/tasks.h"

namespace slipway::api {

/// Tasks are addressed without a space, too; where the address names one, it must be the task's. Throws
/// Error{not_found}.
storage::TaskRecord addressed_task(const Call&, storage::Reader&);

}  // namespace slipway::api
