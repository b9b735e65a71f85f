// Any pattern is a rule or refused, and judging a version by it ends.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "language/versions/channel_rule.h"

using namespace slipway;
using namespace slipway::language;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string pattern(text.substr(0, text.find('\n')));
  const std::string subject(text.substr(std::min(pattern.size() + 1, size)));
  try {
    Version version;
    version.prerelease = subject;
    version.original = "1.2.3-" + subject;
    const ChannelRule rule({"[1.0,)", pattern, pattern}, RangeFormat::nuget);
    Budget budget(kTextLimits, time_of_this_thread);
    rule.judge(version, budget);
    Regex(pattern).replace_all(subject, "$1-${x}$&", budget);
  } catch (const Error&) {
  }
  return 0;
}
