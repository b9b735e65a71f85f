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

/// All that proxies have added, the nearest last.
std::vector<std::string_view> forwarded(const Request& request) {
  std::vector<std::string_view> hops;
  for (const auto& [name, value] : request.headers) {
    if (!equals_ignoring_case(name, "X-Forwarded-For")) continue;
    for (const std::string_view hop : split(value, ',')) {
      if (!trim(hop).empty()) hops.push_back(trim(hop));
    }
  }
  return hops;
}

/// Nobody listens at 0, nor is a sender there.
bool is_port(std::string_view digits) { return digits.size() <= 5 && parse_bits(digits, 65535).value_or(0) > 0; }

/// An address as proxies write it: with a port, and with brackets only where there may be one. nullopt for all else,
/// also for what only resolvers take for an address (octal, a part of one).
std::optional<IpAddress> address_of_hop(std::string_view hop) {
  if (hop.starts_with('[')) {
    const auto end = hop.find(']');
    if (end == hop.npos || is_v4(hop.substr(0, end))) return std::nullopt;
    const std::string_view rest = hop.substr(end + 1);
    if (!rest.empty() && !(rest.starts_with(':') && is_port(rest.substr(1)))) return std::nullopt;
    hop = hop.substr(1, end - 1);
  } else if (const auto colon = hop.find(':'); colon != hop.npos && hop.find(':', colon + 1) == hop.npos) {
    if (!is_port(hop.substr(colon + 1))) return std::nullopt;
    hop = hop.substr(0, colon);
  }
  return parse_plain_address(hop);
}

}  // namespace

TrustedProxies::TrustedProxies(const std::vector<std::string>& ranges) {
  for (const std::string& text : ranges) {
    const std::string_view range = trim(text);
    const auto slash = std::min(range.find('/'), range.size());
    const std::string_view host = range.substr(0, slash);
    const auto first = parse_plain_address(host);  // what resolvers read of "10.1" is 10.0.0.1
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

bool TrustedProxies::trusts(const IpAddress& address) const {
  return std::ranges::any_of(ranges_,
                             [&](const Range& range) { return shares_bits(address, range.first, range.bits); });
}

std::string TrustedProxies::sender_of(const Request& request) const {
  const auto peer = parse_address(request.peer);
  if (!peer || !trusts(*peer)) return request.peer;
  IpAddress nearest = *peer;
  const auto hops = forwarded(request);
  for (auto each = hops.rbegin(); each != hops.rend(); ++each) {
    const auto hop = address_of_hop(*each);
    if (!hop) break;
    nearest = *hop;
    if (!trusts(*hop)) break;
  }
  return to_text(nearest);
}

std::vector<std::size_t> TrustedProxies::too_wide() const {
  static constexpr unsigned char first_v4[4]{};
  const IpAddress all_v4 = IpAddress::v4(first_v4);
  std::vector<std::size_t> wide;
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    const Range& range = ranges_[i];
    const unsigned in_v4 = std::min(range.bits, kV4Offset);
    const bool holds_v4 = shares_bits(range.first, all_v4, in_v4);
    if (range.bits < (holds_v4 ? kV4Offset + 8 : 7)) wide.push_back(i);
  }
  return wide;
}

}  // namespace slipway::net
