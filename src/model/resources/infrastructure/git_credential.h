// A user name and password for Git servers, kept for whoever names it.
#pragma once

#include "model/schema.h"

namespace slipway::model {

Schema git_credential_schema();

}  // namespace slipway::model
