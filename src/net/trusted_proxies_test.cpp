#include "net/trusted_proxies.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/text.h"

using namespace slipway;
using namespace slipway::net;

namespace {

std::string sender(const TrustedProxies& proxies, std::string peer, std::vector<std::string> forwarded) {
  Request request;
  request.peer = std::move(peer);
  for (std::string& value : forwarded) request.headers.add("X-Forwarded-For", std::move(value));
  return proxies.sender_of(request);
}

}  // namespace

TEST_CASE("without trusted proxies the sender is who is connected, whatever a header says") {
  CHECK(sender(TrustedProxies(), "203.0.113.9", {"1.2.3.4"}) == "203.0.113.9");
  CHECK(sender(TrustedProxies({"10.0.0.0/8"}), "203.0.113.9", {"1.2.3.4"}) == "203.0.113.9");
}

TEST_CASE("behind trusted proxies the sender is the rightmost address that is none of theirs") {
  const TrustedProxies proxies({"10.0.0.0/8", "2001:db8::/32", " 192.0.2.7 "});
  struct Case {
    std::string peer;
    std::vector<std::string> forwarded;
    std::string sender;
  };
  const std::vector<Case> cases{
      {"10.1.2.3", {"1.2.3.4"}, "1.2.3.4"},
      {"10.1.2.3", {}, "10.1.2.3"},
      {"10.1.2.3", {"6.6.6.6, 1.2.3.4, 10.9.9.9"}, "1.2.3.4"},
      {"10.1.2.3", {"6.6.6.6", "1.2.3.4, 10.9.9.9"}, "1.2.3.4"},
      {"10.1.2.3", {"10.0.0.1, 10.0.0.2"}, "10.0.0.1"},
      {"10.1.2.3", {"6.6.6.6, forged"}, "10.1.2.3"},
      {"10.1.2.3", {"6.6.6.6, , 10.0.0.2"}, "6.6.6.6"},
      {"10.1.2.3", {"1.2.3.4:4711"}, "1.2.3.4"},
      {"10.1.2.3", {"[2001:db9::1]:4711"}, "2001:db9::1"},
      {"2001:db8::1", {"2001:db9::1"}, "2001:db9::1"},
      {"::ffff:10.1.2.3", {"1.2.3.4"}, "1.2.3.4"},
      {"192.0.2.7", {"1.2.3.4"}, "1.2.3.4"},
      {"192.0.2.8", {"1.2.3.4"}, "192.0.2.8"},
  };
  for (const auto& [peer, forwarded, expected] : cases) {
    CAPTURE(peer);
    CHECK(sender(proxies, peer, forwarded) == expected);
  }
}

TEST_CASE("what is taken from X-Forwarded-For is an address as addresses are written, and all else is not taken") {
  const TrustedProxies proxies({"10.0.0.0/8"});
  const std::pair<std::string, std::string> read[] = {
      {"203.0.113.9", "203.0.113.9"},        {"  203.0.113.9\t", "203.0.113.9"},
      {"203.0.113.9:1", "203.0.113.9"},      {"203.0.113.9:65535", "203.0.113.9"},
      {"2001:db8::9", "2001:db8::9"},        {"2001:DB8:0:0::9", "2001:db8::9"},
      {"[2001:db8::9]", "2001:db8::9"},      {"[2001:db8::9]:443", "2001:db8::9"},
      {"::ffff:203.0.113.9", "203.0.113.9"}, {"[::ffff:203.0.113.9]:80", "203.0.113.9"},
      {"::ffff:cb00:7109", "203.0.113.9"},   {"203.0.113.9,", "203.0.113.9"},
      {",,203.0.113.9,,", "203.0.113.9"},    {"203.0.113.9, ::ffff:10.9.9.9", "203.0.113.9"},
  };
  for (const auto& [forwarded, expected] : read) {
    CAPTURE(forwarded);
    CHECK(sender(proxies, "10.1.2.3", {forwarded}) == expected);
  }
  const std::string not_taken[] = {
      "",
      " ",
      ",",
      "unknown",
      "_hidden",
      "-",
      "1",
      "2130706433",
      "0x7f.1",
      "0177.0.0.1",
      "1.2.3",
      "1.2.3.4.5",
      "256.1.1.1",
      "1.2.3.4:",
      "1.2.3.4:0",
      "1.2.3.4:65536",
      "1.2.3.4:80x",
      "1.2.3.4 5.6.7.8",
      "[1.2.3.4]",
      "[::1",
      "::1]",
      "[::1]80",
      "[::1]:",
      "[]",
      "[::1]:99999",
      "fe80::1%eth0",
      "1.2.3.4/8",
      "\"203.0.113.9\"",
      "for=203.0.113.9",
      "203.0.113.9\r\nX: y",
      "<script>",
      std::string("1.2.3.4\0", 8),
      std::string(9000, '1'),
  };
  for (const std::string& forwarded : not_taken) {
    CAPTURE(forwarded);
    CHECK(sender(proxies, "10.1.2.3", {"6.6.6.6, " + forwarded + ", 10.7.7.7"}) ==
          (trim(forwarded).find_first_not_of(',') == std::string_view::npos ? "6.6.6.6" : "10.7.7.7"));
  }
}

TEST_CASE("a range that is wider than a network is told, in every form of it") {
  for (const char* range : {"0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "8.0.0.0/7", "::ffff:0:0/96",
                            "::ffff:0.0.0.0/100", "::/64", "2000::/3", "2000::/6"}) {
    CAPTURE(range);
    CHECK(TrustedProxies({"10.0.0.0/8", range}).too_wide() == std::vector<std::size_t>{1});
  }
  CHECK(TrustedProxies({"10.0.0.0/8", "192.0.2.7", "fc00::/7", "2001:db8::/32", "::1", "::ffff:10.0.0.0/104"})
            .too_wide()
            .empty());
}

TEST_CASE("what is no range of addresses is refused with an example") {
  for (const char* text :
       {"", "proxy", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "::1/129", "10.0.0.0/-1", "/8", "10/8", "10.1/16",
        "0x0a.0.0.0/8", "010.0.0.0/8", "167772160", "[::1]", "10.0.0.0/8/8", "10.0.0.0 /8", "fe80::1%eth0"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(TrustedProxies({text}), doctest::Contains("such as 10.0.0.0/8"), Error);
  }
}
