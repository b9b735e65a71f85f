// Clients name the type of a feed "feetType" when they ask channels/rule-test: the root's link has long been
// misspelled, and they fill in what a link names.
#pragma once

#include <string_view>

namespace slipway::api {

inline constexpr std::string_view kMisspelledFeedType = "feetType";

}  // namespace slipway::api
