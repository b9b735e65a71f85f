#include "base/redactor.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

namespace slipway {
namespace {

constexpr std::string_view kMask = "********";
constexpr std::size_t kShortest = 8;
static_assert(kShortest >= sizeof(std::uint32_t));

/// The four bytes that secrets are found by.
std::uint32_t first_bytes(std::string_view text) {
  std::uint32_t bytes = 0;
  std::memcpy(&bytes, text.data(), sizeof bytes);
  return bytes;
}

std::size_t common_length(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

bool Redactor::add(std::string_view secret) {
  if (secret.size() < kShortest) return false;
  const auto first = first_bytes(secret);
  {
    const auto secrets = std::as_const(by_first_bytes_).lock();  // most are known, and nobody has to wait to hear it
    const auto known = secrets->find(first);
    if (known != secrets->end() && known->second.contains(secret)) return false;
  }
  const auto secrets = by_first_bytes_.lock();
  return (*secrets)[first].emplace(std::string(secret)).second;
}

/// In the order of their bytes, what `text` begins with is not behind it, and the longest of that comes last. So either
/// the last secret that is not behind the text is it, or it is no longer than what the two have in common.
std::size_t Redactor::longest_at_start_of(std::string_view text, const ByFirstBytes& by_first_bytes) {
  if (text.size() < kShortest) return 0;
  const auto known = by_first_bytes.find(first_bytes(text));
  if (known == by_first_bytes.end()) return 0;
  const Secrets& secrets = known->second;
  for (;;) {
    const auto behind = secrets.upper_bound(text);
    if (behind == secrets.begin()) return 0;
    const std::string_view last = std::prev(behind)->reveal();
    if (text.starts_with(last)) return last.size();
    text = text.substr(0, common_length(text, last));
  }
}

std::string Redactor::redact(std::string_view text) const {
  const auto secrets = by_first_bytes_.lock();
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (const auto length = longest_at_start_of(text, *secrets)) {
      out += kMask;
      text.remove_prefix(length);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace slipway
