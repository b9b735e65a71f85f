// Any text is lenient JSON or none, and what is printed of it parses to the same again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "language/templates/lenient_json.h"

using namespace slipway::language;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto json = parse_lenient_json(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!json) return 0;
  to_template_text(*json, std::chrono::minutes(90));
  const std::string printed = to_json_text(*json);
  const auto again = parse_lenient_json(printed);
  if (again && to_json_text(*again) != printed) std::abort();
  return 0;
}
