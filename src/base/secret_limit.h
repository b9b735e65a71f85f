// How long a secret may be.
#pragma once

#include <cstddef>

namespace slipway {

/// In bytes. Longer ones are refused where they come in: keys and certificates are far shorter.
inline constexpr std::size_t kLongestSecret = 64 << 10;

}  // namespace slipway
