// Any text is a mask, a version or neither, and applying it gives text or a clear error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "language/versions/release_template.h"
#include "language/versions/version_mask.h"

using namespace slipway;
using namespace slipway::language;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view mask = text.substr(0, text.find('|'));
  const std::string current(text.substr(std::min(mask.size() + 1, size)));
  is_version_mask(mask);
  increment_release(current);
  if (const auto parsed = VersionMask::parse(mask)) parsed->latest_of({current, "1.2.3", "1.2.4-beta.1"});
  try {
    apply_version_mask(mask, std::nullopt);
    apply_version_mask(mask, try_parse_version(VersionFormat::octopus, current));
  } catch (const Error&) {
  }
  return 0;
}
