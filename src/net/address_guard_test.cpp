#include "net/address_guard.h"

#include <doctest/doctest.h>

using namespace slipway::net;

TEST_CASE("metadata, multicast and unspecified addresses are refused whatever the policy allows") {
  const AddressPolicy everything{.allow_loopback = true, .allow_private = true};
  for (const auto* host : {"169.254.169.254",
                           "169.254.170.2",
                           "0.0.0.0",
                           "0",
                           "224.0.0.1",
                           "255.255.255.255",
                           "100.100.100.200",
                           "168.63.129.16",
                           "[fe80::1]",
                           "fe80::1%eth0",
                           "[::]",
                           "[ff02::1]",
                           "[fd00:ec2::254]",
                           "[::ffff:169.254.169.254]",
                           "[64:ff9b::a9fe:a9fe]",
                           "[2002:a9fe:a9fe::1]",
                           "[::169.254.169.254]",
                           "2852039166",
                           "0xA9FEA9FE",
                           "0251.0376.0251.0376",
                           "169.254.43518",
                           "169.254.169.254.",
                           ""}) {
    CAPTURE(host);
    CHECK(refuse_host(host, everything));
  }
}

TEST_CASE("loopback and private addresses need their flag, in every spelling") {
  for (const auto* host : {"127.0.0.1", "127.1", "2130706433", "0177.0.0.1", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]",
                           "localhost", "LOCALHOST.", "a.localhost"}) {
    CAPTURE(host);
    CHECK(refuse_host(host, {}));
    CHECK(refuse_host(host, {.allow_private = true}));
    CHECK_FALSE(refuse_host(host, {.allow_loopback = true}));
  }
  for (const auto* host : {"10.1.2.3", "172.31.0.1", "192.168.1.1", "100.64.0.1", "[fd12::1]", "[::ffff:10.0.0.1]"}) {
    CAPTURE(host);
    CHECK(refuse_host(host, {}));
    CHECK(refuse_host(host, {.allow_loopback = true}));
    CHECK_FALSE(refuse_host(host, {.allow_private = true}));
  }
}

TEST_CASE("public addresses pass, and names are left to the connection") {
  for (const auto* host : {"8.8.8.8", "172.32.0.1", "172.15.255.255", "100.128.0.1", "[2606:4700::1111]", "example.com",
                           "my_host", "1.2.3.4.example"}) {
    CAPTURE(host);
    CHECK_FALSE(refuse_host(host, {}));
  }
}

TEST_CASE("a refusal says which address and why") {
  CHECK(refuse_host("0xA9FEA9FE", {}) == "169.254.169.254 is link-local, where clouds keep credentials");
}
