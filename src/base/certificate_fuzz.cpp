// Any bytes are read as certificates with what they say of themselves, or refused with Error{invalid}.
#include <cstddef>
#include <cstdint>

#include "base/certificate.h"
#include "base/error.h"
#include "base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    slipway::read_certificate_file(slipway::to_base64({reinterpret_cast<const char*>(data), size}), "hush");
  } catch (const slipway::Error&) {
  }
  return 0;
}
