// octo, which build servers call, sends PUT and DELETE as a POST that names the verb in a header: some proxies let only
// GET and POST through.
#pragma once

#include <string_view>

namespace slipway::api {

inline constexpr std::string_view kVerbHeader = "X-HTTP-Method-Override";

}  // namespace slipway::api
