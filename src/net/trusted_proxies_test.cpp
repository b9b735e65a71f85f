#include "net/trusted_proxies.h"

#include <doctest/doctest.h>

#include "base/error.h"

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
      {"10.1.2.3", {"6.6.6.6, , 10.0.0.2"}, "10.0.0.2"},
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

TEST_CASE("what is no range of addresses is refused with an example") {
  for (const char* text : {"", "proxy", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "::1/129", "10.0.0.0/-1", "/8"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(TrustedProxies({text}), doctest::Contains("such as 10.0.0.0/8"), Error);
  }
}
