// Texts that clients expect to be null where there are none. Pure.
#pragma once

#include <string_view>

#include "base/json.h"

namespace slipway::api {

inline json::value text_or_null(std::string_view text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

}  // namespace slipway::api
