#include "net/trusted_proxies.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/error.h"
#include "base/text.h"

namespace slipway::net {
namespace {

constexpr unsigned kV4Offset = 96;  // IPv4 lies behind ::ffff:0:0

bool is_v4(std::string_view text) { return text.find(':') == text.npos; }

std::optional<unsigned> parse_bits(std::string_view digits, unsigned most) {
  unsigned bits = 0;
  const char* const end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data(), end, bits);
  return error == std::errc() && last == end && !digits.empty() && bits <= most ? std::optional(bits) : std::nullopt;
}

bool shares_bits(const IpAddress& a, const IpAddress& b, unsigned bits) {
  for (unsigned i = 0; i < bits; ++i) {
    const auto mask = static_cast<unsigned char>(0x80u >> (i % 8));
    if (((a.bytes()[i / 8] ^ b.bytes()[i / 8]) & mask) != 0) return false;
  }
  return true;
}

/// "1.2.3.4:5678" and "[::1]:5678", as some proxies write, without the port.
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) return text.substr(0, std::min(text.find(']'), text.size() - 1) + 1);
  const auto colon = text.find(':');
  return colon != text.npos && text.find(':', colon + 1) == text.npos ? text.substr(0, colon) : text;
}

/// All that proxies have added, the nearest last.
std::vector<std::string_view> forwarded(const Request& request) {
  std::vector<std::string_view> hops;
  for (const auto& [name, value] : request.headers) {
    if (!equals_ignoring_case(name, "X-Forwarded-For")) continue;
    for (const std::string_view hop : split(value, ',')) hops.push_back(without_port(trim(hop)));
  }
  return hops;
}

std::string_view without_brackets(std::string_view text) {
  return text.starts_with('[') && text.ends_with(']') ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

TrustedProxies::TrustedProxies(const std::vector<std::string>& ranges) {
  for (const std::string& text : ranges) {
    const std::string_view range = trim(text);
    const auto slash = std::min(range.find('/'), range.size());
    const std::string_view host = range.substr(0, slash);
    const auto first = parse_address(host);
    const unsigned offset = is_v4(host) ? kV4Offset : 0;
    const auto bits =
        slash == range.size() ? std::optional(128 - offset) : parse_bits(range.substr(slash + 1), 128 - offset);
    if (!first || !bits) {
      fail_invalid(
          fmt::format("A trusted proxy must be an address or a range of them, such as 10.0.0.0/8 or "
                      "2001:db8::/32, not \"{}\".",
                      text));
    }
    ranges_.push_back({*first, *bits + offset});
  }
}

bool TrustedProxies::trusts(std::string_view text) const {
  const auto address = parse_address(text);
  return address && std::ranges::any_of(
                        ranges_, [&](const Range& range) { return shares_bits(*address, range.first, range.bits); });
}

std::string TrustedProxies::sender_of(const Request& request) const {
  if (!trusts(request.peer)) return request.peer;
  std::string_view nearest = request.peer;
  const auto hops = forwarded(request);
  for (auto each = hops.rbegin(); each != hops.rend(); ++each) {
    const std::string_view hop = *each;
    if (hop.find('%') != hop.npos || !parse_address(hop)) break;
    nearest = without_brackets(hop);
    if (!trusts(hop)) break;
  }
  return std::string(nearest);
}

}  // namespace slipway::net
