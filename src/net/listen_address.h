// Where a server listens, as people write it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::net {

struct ListenAddress {
  std::string address;     ///< or a name such as localhost; without the brackets of IPv6
  std::uint16_t port = 0;  ///< 0 picks a free one
  bool https = false;

  /// With another port: "http://127.0.0.1:8080", "http://[::1]:8080".
  std::string url(std::uint16_t actual_port) const;
};

/// Reads "127.0.0.1:8080", "localhost:8080" or "[::1]:8080", with https:// in front for HTTPS; throws Error{invalid}
/// for anything else.
ListenAddress parse_listen_address(std::string_view text);

}  // namespace slipway::net
