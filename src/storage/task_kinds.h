// The kinds of server tasks: what TaskRecord::name may be.
#pragma once

#include <array>
#include <string_view>

namespace slipway::storage {

inline constexpr std::string_view kDeployTask = "Deploy";  ///< a deployment of a release

inline constexpr std::array kTaskKinds{kDeployTask};

}  // namespace slipway::storage
