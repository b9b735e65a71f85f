// The kinds of server tasks: what TaskRecord::name may be.
#pragma once

#include <array>
#include <string_view>

namespace slipway::storage {

inline constexpr std::string_view deploy_task = "Deploy";  ///< a deployment of a release

inline constexpr std::array task_kinds{deploy_task};

}  // namespace slipway::storage
