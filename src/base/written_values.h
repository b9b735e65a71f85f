// Flags and numbers as people write them in texts. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace slipway {

/// True or False in any case, also yes, no, 1 and 0; blanks around it don't count.
std::optional<bool> read_flag(std::string_view text);
/// A whole number, with or without a sign; blanks around it don't count.
std::optional<std::int64_t> read_integer(std::string_view text);

}  // namespace slipway
