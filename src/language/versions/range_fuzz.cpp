// Any text is a range or none, and a printed range parses to itself.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "language/versions/version_range.h"

using namespace slipway::language;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto version = parse_version(VersionFormat::octopus, "1.2.3-beta.4");
  for (const auto format : {RangeFormat::nuget, RangeFormat::maven}) {
    const auto range = VersionRange::try_parse(format, text);
    if (!range) continue;
    range->contains(version);
    range->intersect(*range).contains(version);
    const auto again = VersionRange::try_parse(format, range->to_string());
    if (again && again->to_string() != range->to_string()) std::abort();
  }
  return 0;
}
