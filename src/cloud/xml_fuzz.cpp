// Any bytes either parse or are refused with Error{invalid} or Error{too_large}.
#include <cstddef>
#include <cstdint>

#include "base/error.h"
#include "cloud/xml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    slipway::aws::parse_xml({reinterpret_cast<const char*>(data), size});
  } catch (const slipway::Error&) {
  }
  return 0;
}
