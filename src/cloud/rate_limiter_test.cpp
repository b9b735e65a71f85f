#include "cloud/rate_limiter.h"

#include <doctest/doctest.h>

#include <set>

#include "base/executor.h"

using namespace slipway;
using namespace slipway::aws;
using namespace std::chrono_literals;

namespace {
struct Fixture {
  ManualClock clock;
  SeededRandom random{7};
  RateLimiter limiter{{}, clock, random};
  Bucket registers{"111111111111", "eu-west-1", "ecs", CallGroup::task_definition_write};
};
}  // namespace

TEST_CASE_FIXTURE(Fixture, "a burst passes, then one call a second, and those turned away come back one by one") {
  for (int i = 0; i < 20; ++i) CHECK(limiter.take(registers) == 0s);
  CHECK(limiter.take(registers) == 1s);
  CHECK(limiter.take(registers) == 2s);
  CHECK(limiter.take(registers) == 3s);
  clock.advance(1s);
  CHECK(limiter.take(registers) == 0s);
  CHECK(limiter.take(registers) == 3s);
  clock.advance(1h);
  for (int i = 0; i < 20; ++i) CHECK(limiter.take(registers) == 0s);
  CHECK(limiter.take(registers) > 0s);
}

TEST_CASE_FIXTURE(Fixture, "accounts, regions, services and groups do not disturb each other") {
  while (limiter.take(registers) == 0s) {
  }
  auto other = registers;
  other.account = "222222222222";
  CHECK(limiter.take(other) == 0s);
  other = registers;
  other.region = "eu-west-2";
  CHECK(limiter.take(other) == 0s);
  other = registers;
  other.group = CallGroup::read;
  CHECK(limiter.take(other) == 0s);
}

TEST_CASE_FIXTURE(Fixture, "a throttle empties the bucket, and back-off doubles up to 20 s until a call succeeds") {
  limiter.empty(registers);
  CHECK(limiter.take(registers) > 0s);
  Duration longest{0};
  for (int i = 0; i < 200; ++i) longest = std::max(longest, limiter.back_off(registers));
  CHECK(longest <= 20s);
  CHECK(longest > 15s);
  limiter.succeeded(registers, false);
  CHECK(limiter.back_off(registers) <= 1s);
}

TEST_CASE_FIXTURE(Fixture, "an account has two calls under way at most") {
  auto first = limiter.enter("a");
  const auto second = limiter.enter("a");
  CHECK(first);
  CHECK(second);
  CHECK_FALSE(limiter.enter("a"));
  CHECK(limiter.enter("b"));
  first.reset();
  CHECK(limiter.enter("a"));
}
