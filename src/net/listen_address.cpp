#include "net/listen_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/error.h"

namespace slipway::net {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto [last, error] = std::from_chars(digits.data(), end, port);
  return error == std::errc() && last == end ? std::optional(port) : std::nullopt;
}

/// Without brackets nobody could tell the port from the end of an IPv6 address.
std::string_view without_brackets(std::string_view host) {
  const bool has_brackets = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  if (has_brackets) return host.substr(1, host.size() - 2);
  return host.find_first_of(":[]") == host.npos ? host : std::string_view();
}

}  // namespace

std::string ListenAddress::url(std::uint16_t actual_port) const {
  const bool is_ipv6 = address.find(':') != address.npos;
  return fmt::format("{}://{}:{}", https ? "https" : "http", is_ipv6 ? "[" + address + "]" : address, actual_port);
}

ListenAddress parse_listen_address(std::string_view text) {
  constexpr std::string_view kHttps = "https://";
  constexpr std::string_view kHttp = "http://";
  const bool https = text.starts_with(kHttps);
  const auto rest = text.substr(https ? kHttps.size() : text.starts_with(kHttp) ? kHttp.size() : 0);
  const auto colon = std::min(rest.rfind(':'), rest.size());
  const auto host = without_brackets(rest.substr(0, colon));
  const auto port = parse_port(rest.substr(std::min(colon + 1, rest.size())));
  if (host.empty() || host.find('/') != host.npos || !port) {
    fail_invalid(
        fmt::format("The address to listen on must be ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080 "
                    "(https:// in front for HTTPS), not \"{}\".",
                    text));
  }
  return {std::string(host), *port, https};
}

}  // namespace slipway::net
