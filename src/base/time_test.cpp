#include "base/time.h"

#include <doctest/doctest.h>

using namespace slipway;

TEST_CASE("times print as RFC 3339 with milliseconds and offset") {
  CHECK(to_rfc3339(*parse_time("2024-05-01T12:03:04.5678+10:00")) == "2024-05-01T02:03:04.567+00:00");
}

TEST_CASE("the forms that clients send are read") {
  const auto expected = parse_time("2024-05-01T02:03:04Z");
  REQUIRE(expected);
  for (const auto* text : {"2024-05-01T02:03:04", "2024-05-01 02:03:04", "2024-05-01T02:03:04.000000000Z",
                           "2024-05-01T04:03:04+0200", "2024-04-30T22:03:04-04:00"}) {
    CAPTURE(text);
    CHECK(parse_time(text) == expected);
  }
  for (const auto* text : {"", "2024-13-01", "2024-02-30T00:00:00Z", "2024-05-01T25:00:00Z", "2024-05-01T02:03:04Zx"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text));
  }
}

TEST_CASE("lengths read as people say them") {
  CHECK(describe_duration(std::chrono::seconds(1)) == "1 second");
  CHECK(describe_duration(std::chrono::minutes(3)) == "3 minutes");
}
