// Any text is a version or none in each format; comparing is antisymmetric and the sort key agrees with it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "language/versions/version.h"

using namespace slipway::language;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view left = text.substr(0, text.find('|'));
  const std::string_view right = text.substr(std::min(left.size() + 1, size));
  for (const auto format : {VersionFormat::octopus, VersionFormat::semver, VersionFormat::maven, VersionFormat::docker,
                            VersionFormat::lexicographic}) {
    const auto a = try_parse_version(format, left);
    const auto b = try_parse_version(format, right);
    if (!a || !b) continue;
    const int order = compare(*a, *b);
    if ((order < 0) != (compare(*b, *a) > 0) || (order == 0) != (compare(*b, *a) == 0)) std::abort();
    if (format != VersionFormat::octopus) continue;
    if ((version_sort_key(*a) == version_sort_key(*b)) != (order == 0)) std::abort();
  }
  is_valid_release_number(text);
  return 0;
}
