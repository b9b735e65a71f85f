// Jenkins plugin 1.x names the reference of a package "null" where the package has none.
#pragma once

#include <string_view>

namespace slipway::api {

inline constexpr std::string_view kJenkinsNoReference = "null";

}  // namespace slipway::api
