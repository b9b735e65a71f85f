// A machine that runs steps for the server. None does yet: a worker is kept and shown, and nothing more.
#pragma once

#include "model/schema.h"

namespace slipway::model {

Schema worker_schema();

}  // namespace slipway::model
