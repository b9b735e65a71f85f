// The data behind model.h, as JSON: made by tools/aws_model.py.
#pragma once

#include <string_view>

namespace slipway::aws {

extern const std::string_view kModelData;

}  // namespace slipway::aws
