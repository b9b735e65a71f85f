// A step that was made once for many processes: its type, properties and what each use fills in.
#pragma once

#include "model/schema.h"

namespace slipway::model {

Schema action_template_schema();

}  // namespace slipway::model
