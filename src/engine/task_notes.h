// What the server's log says of tasks.
#pragma once

#include "base/log.h"
#include "storage/tasks.h"

namespace slipway::engine {

void note_start(const Log&, const storage::TaskRecord&);
void note_end(const Log&, const storage::TaskRecord&);

}  // namespace slipway::engine
