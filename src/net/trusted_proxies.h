// Who really asks, when a proxy in front passes requests on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/address_guard.h"
#include "net/http.h"

namespace slipway::net {

/// The proxies whose word on the sender's address counts. Anybody else can write anything into X-Forwarded-For.
class TrustedProxies {
 public:
  TrustedProxies() = default;
  /// "10.0.0.0/8", "2001:db8::/32", or a single address. Throws Error{invalid} with an example.
  explicit TrustedProxies(const std::vector<std::string>& ranges);

  /// The rightmost address that no trusted proxy has: of the connection, and of X-Forwarded-For before it. What lies to
  /// the left of it is hearsay. An entry that is no address ends the search at the proxy that passed it on.
  /// An entry without an address in it (a blank one) is none; what is taken is written as addresses usually are,
  /// without brackets and port, and IPv4 inside IPv6 as IPv4.
  std::string sender_of(const Request&) const;

  /// Which of the ranges hold more addresses than one network has: wider than /8 of IPv4, or /7 of IPv6.
  std::vector<std::size_t> too_wide() const;

 private:
  struct Range {
    IpAddress first;
    unsigned bits;
  };
  bool trusts(const IpAddress&) const;

  std::vector<Range> ranges_;
};

}  // namespace slipway::net
