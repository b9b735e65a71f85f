// How the server looks after deployment targets. There are none yet, so a policy is kept and shown, and nothing more.
#pragma once

#include "model/schema.h"

namespace slipway::model {

Schema machine_policy_schema();

}  // namespace slipway::model
