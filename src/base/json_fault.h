// What is wrong where JSON stops being JSON, for a person: what was expected there, and what was found.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slipway::json {

struct JsonFault {
  std::size_t at;   ///< the byte where it begins
  std::string why;  ///< "expected a value, found '}'"
};

/// `stopped` is the byte that a parser could not go on from; what is before it must be sound.
JsonFault describe_fault(std::string_view text, std::size_t stopped);

}  // namespace slipway::json
