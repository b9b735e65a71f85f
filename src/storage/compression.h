// Texts in compressed form. A packed text says itself how it is packed.
#pragma once

#include <string>
#include <string_view>

namespace slipway::storage {

/// zstd when that is smaller.
std::string pack(std::string_view text);
/// Throws Error{internal} when `packed` did not come from pack().
std::string unpack(std::string_view packed);

}  // namespace slipway::storage
