// An X.509 certificate, with its private key or without, for whom a variable names it.
#pragma once

#include "model/schema.h"

namespace slipway::model {

Schema certificate_schema();

}  // namespace slipway::model
