#include "net/listen_address.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace slipway;
using namespace slipway::net;

TEST_CASE("an address to listen on is read, IPv6 in brackets") {
  CHECK(parse_listen_address("127.0.0.1:8080").address == "127.0.0.1");
  CHECK(parse_listen_address("127.0.0.1:8080").port == 8080);
  CHECK(parse_listen_address("0.0.0.0:0").port == 0);
  CHECK(parse_listen_address("[::1]:65535").address == "::1");
  CHECK(parse_listen_address("[::1]:65535").port == 65535);
  CHECK(parse_listen_address("localhost:8080").address == "localhost");
  CHECK(parse_listen_address("https://0.0.0.0:8443").https);
  CHECK(parse_listen_address("https://[::1]:8443").url(1) == "https://[::1]:1");
  CHECK_FALSE(parse_listen_address("http://localhost:8443").https);
  CHECK(parse_listen_address("127.0.0.1:0").url(1234) == "http://127.0.0.1:1234");
  CHECK(parse_listen_address("[::]:0").url(1234) == "http://[::]:1234");
}

TEST_CASE("what is no address with a port is refused with an example") {
  for (const char* text : {"", ":", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:80x",
                           "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:4294967376", "::1:8080", "[]:8080", "[::1]",
                           "[::1:8080", "::1]:8080", "ftp://host:1", "https://", "https://host/x:1"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(parse_listen_address(text), doctest::Contains("such as 127.0.0.1:8080 or [::1]:8080"), Error);
  }
}
