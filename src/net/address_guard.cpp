#include "net/address_guard.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace slipway::net {
namespace {

enum class Reach { loopback, inside, never };

struct Range {
  std::string_view first;
  unsigned prefix_bits;  // of IPv4 in IPv4 ranges
  Reach reach;
  std::string_view what;
};

constexpr std::string_view kMetadata = "is link-local, where clouds keep credentials";

// The IANA special-purpose registries, and the metadata addresses that lie outside link-local ranges.
constexpr Range kIpv4[] = {
    {"0.0.0.0", 8, Reach::never, "is unspecified"},
    {"127.0.0.0", 8, Reach::loopback, "is this server itself"},
    {"169.254.0.0", 16, Reach::never, kMetadata},
    {"100.100.100.200", 32, Reach::never, "is a cloud's metadata service"},
    {"168.63.129.16", 32, Reach::never, "is a cloud's metadata service"},
    {"192.0.0.0", 24, Reach::never, "is reserved"},
    {"10.0.0.0", 8, Reach::inside, "is private"},
    {"172.16.0.0", 12, Reach::inside, "is private"},
    {"192.168.0.0", 16, Reach::inside, "is private"},
    {"100.64.0.0", 10, Reach::inside, "is private"},
    {"198.18.0.0", 15, Reach::inside, "is private"},
    {"224.0.0.0", 4, Reach::never, "is multicast"},
    {"240.0.0.0", 4, Reach::never, "is reserved"},
};
constexpr Range kIpv6[] = {
    {"::", 128, Reach::never, "is unspecified"},
    {"::1", 128, Reach::loopback, "is this server itself"},
    {"fd00:ec2::", 32, Reach::never, "is a cloud's metadata service"},
    {"fc00::", 7, Reach::inside, "is private"},
    {"fe80::", 10, Reach::never, kMetadata},
    {"fec0::", 10, Reach::inside, "is private"},
    {"ff00::", 8, Reach::never, "is multicast"},
    {"2001::", 32, Reach::never, "is a tunnel"},
};

/// Where an IPv6 range carries an IPv4 address, and at which byte.
struct Embedding {
  std::string_view first;
  unsigned prefix_bits;
  std::size_t at;
};
constexpr Embedding kEmbeddings[] = {{"::ffff:0:0", 96, 12}, {"64:ff9b::", 96, 12}, {"2002::", 16, 2}, {"::", 96, 12}};

bool in_range(const unsigned char* address, const unsigned char* first, unsigned bits) {
  const unsigned whole = bits / 8;
  if (std::memcmp(address, first, whole) != 0) return false;
  const unsigned rest = bits % 8;
  return rest == 0 || ((address[whole] ^ first[whole]) >> (8 - rest)) == 0;
}

template <int Family, class Ranges>
const Range* find_range(const Ranges& ranges, const unsigned char* address) {
  const auto found = std::ranges::find_if(ranges, [&](const Range& range) {
    std::array<unsigned char, 16> first{};
    ::inet_pton(Family, std::string(range.first).c_str(), first.data());
    return in_range(address, first.data(), range.prefix_bits);
  });
  return found == std::end(ranges) ? nullptr : &*found;
}

/// The IPv4 address inside, if any. `::` and `::1` are addresses of their own.
const unsigned char* embedded_ipv4(const std::array<unsigned char, 16>& bytes) {
  const bool is_tiny = std::all_of(bytes.begin(), bytes.end() - 1, [](auto b) { return b == 0; });
  if (is_tiny && bytes.back() <= 1) return nullptr;
  for (const auto& embedding : kEmbeddings) {
    std::array<unsigned char, 16> first{};
    ::inet_pton(AF_INET6, std::string(embedding.first).c_str(), first.data());
    if (in_range(bytes.data(), first.data(), embedding.prefix_bits)) return bytes.data() + embedding.at;
  }
  return nullptr;
}

std::string to_string(int family, const void* address) {
  char text[INET6_ADDRSTRLEN];
  return ::inet_ntop(family, address, text, sizeof text);
}

bool allows(const AddressPolicy& policy, Reach reach) {
  switch (reach) {
    case Reach::loopback:
      return policy.allow_loopback;
    case Reach::inside:
      return policy.allow_private;
    case Reach::never:
      return false;
  }
  return false;
}

}  // namespace

IpAddress IpAddress::v4(const unsigned char* bytes) {
  IpAddress address;
  address.bytes_[10] = address.bytes_[11] = 0xFF;
  std::copy_n(bytes, 4, address.bytes_.begin() + 12);
  return address;
}

IpAddress IpAddress::v6(const unsigned char* bytes) {
  IpAddress address;
  std::copy_n(bytes, 16, address.bytes_.begin());
  return address;
}

std::optional<IpAddress> parse_address(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::string text(host.substr(0, host.find('%')));  // an IPv6 zone does not change the verdict
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return IpAddress::v6(bytes.data());
  in_addr v4{};
  // inet_aton takes every form that resolvers take, but also trailing junk after a blank.
  if (text.find_first_of(" \t\r\n") == text.npos && ::inet_aton(text.c_str(), &v4) != 0) {
    std::memcpy(bytes.data(), &v4, 4);
    return IpAddress::v4(bytes.data());
  }
  return std::nullopt;
}

std::optional<IpAddress> parse_plain_address(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != text.npos) return std::nullopt;
  const std::string terminated(text);
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return IpAddress::v6(bytes.data());
  if (::inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1) return IpAddress::v4(bytes.data());
  return std::nullopt;
}

std::string to_text(const IpAddress& address) {
  const auto& bytes = address.bytes();
  static constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  const bool is_v4 = std::equal(mapped.begin(), mapped.end(), bytes.begin());
  return is_v4 ? to_string(AF_INET, bytes.data() + mapped.size()) : to_string(AF_INET6, bytes.data());
}

std::optional<std::string> refuse_address(const IpAddress& address, const AddressPolicy& policy) {
  const auto* v4 = embedded_ipv4(address.bytes());
  const auto* range = v4 ? find_range<AF_INET>(kIpv4, v4) : find_range<AF_INET6>(kIpv6, address.bytes().data());
  if (range == nullptr || allows(policy, range->reach)) return std::nullopt;
  const auto text = v4 ? to_string(AF_INET, v4) : to_string(AF_INET6, address.bytes().data());
  return text + " " + std::string(range->what);
}

std::optional<std::string> refuse_host(std::string_view host, const AddressPolicy& policy) {
  while (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty()) return "the host is missing";
  if (const auto address = parse_address(host)) return refuse_address(*address, policy);
  const auto name = to_lower_ascii(host);
  if ((name == "localhost" || name.ends_with(".localhost")) && !policy.allow_loopback) {
    return name + " is this server itself";
  }
  return std::nullopt;
}

}  // namespace slipway::net
