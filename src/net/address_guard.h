// Which network addresses a request on behalf of a user may reach. A feed's or a webhook's URL is chosen by a user, but
// it is the server that connects: without this guard that user could read what only the server can reach, the
// credentials of its cloud instance first of all.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::net {

/// What is allowed beyond public addresses. Link-local (cloud metadata), multicast, unspecified and reserved addresses
/// never are.
struct AddressPolicy {
  bool allow_loopback = false;
  bool allow_private = false;
  bool operator==(const AddressPolicy&) const = default;
};

/// 16 bytes in network order; IPv4 as ::ffff:a.b.c.d.
class IpAddress {
 public:
  static IpAddress v4(const unsigned char* bytes);
  static IpAddress v6(const unsigned char* bytes);
  const std::array<unsigned char, 16>& bytes() const { return bytes_; }

 private:
  std::array<unsigned char, 16> bytes_{};
};

/// Reads a host that is an address in any form that a resolver takes: dotted, decimal (2130706433), octal (0177.0.0.1),
/// hexadecimal (0x7f.1), IPv6 with or without brackets. nullopt when it is a name.
std::optional<IpAddress> parse_address(std::string_view host);

/// The same for the two forms that people and proxies write, 192.0.2.7 and 2001:db8::1; nullopt for any other.
std::optional<IpAddress> parse_plain_address(std::string_view text);

/// The usual form of an address: 192.0.2.7 also where it lies inside IPv6, else 2001:db8::1.
std::string to_text(const IpAddress&);

/// Why `address` must not be reached, "169.254.169.254 is link-local, where clouds keep credentials"; nullopt when it
/// may. IPv4 inside IPv6 (mapped, compatible, NAT64, 6to4) is judged as IPv4.
std::optional<std::string> refuse_address(const IpAddress& address, const AddressPolicy&);

/// The same for the host of a URL as far as it can be judged before it is resolved: for early messages. The client
/// asks refuse_address again for each address that it connects to.
std::optional<std::string> refuse_host(std::string_view host, const AddressPolicy&);

}  // namespace slipway::net
