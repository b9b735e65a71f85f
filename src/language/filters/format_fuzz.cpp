// Any value and any format string give text or nothing: numbers, dates, URIs, Markdown and the other filters.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "language/filters/filters.h"

using namespace slipway;
using namespace slipway::language;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::string_view names[] = {
      "Format",    "AddHours",   "UriPart",      "Markdown", "Indent",  "Truncate",  "Sha256",
      "Substring", "FromBase64", "VersionMajor", "Trim",     "Replace", "UriEscape", "YamlDoubleQuoteEscape"};
  if (size < 1) return 0;
  const FilterEntry& filter = *find_filter(names[data[0] % std::size(names)]);
  std::vector<std::string> parts;
  for (const std::string_view part :
       split(std::string_view(reinterpret_cast<const char*>(data + 1), size - 1), '\x01')) {
    parts.emplace_back(part);
  }
  const std::string subject = parts.front();
  parts.erase(parts.begin());
  RegexCache regexes;
  Budget budget({100, 1 << 20, 100'000, std::chrono::seconds(5)}, time_of_this_thread);
  const FilterContext context{{}, std::chrono::minutes(60), budget, regexes};
  try {
    filter.apply(subject, parts, context);
  } catch (const Error&) {
  }
  return 0;
}
