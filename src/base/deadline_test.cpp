#include "base/deadline.h"

#include <doctest/doctest.h>

#include "base/executor.h"

using namespace slipway;
using namespace std::chrono_literals;

TEST_CASE("a deadline tells what is left, and never less than nothing") {
  ManualClock clock;
  const Deadline end = Deadline::after(clock, 10s);
  CHECK(end.left() == 10s);
  clock.advance(4s);
  CHECK(end.left() == 6s);
  CHECK(end.within(1s).left() == 1s);
  CHECK(end.within(1h).left() == 6s);
  CHECK_FALSE(end.is_over());
  clock.advance(1h);
  CHECK(end.left() == 0s);
  CHECK(end.is_over());
}

TEST_CASE("calls of a request share its end, while calls of a unit of work have their time each") {
  ManualClock clock;
  const CallTime each = CallTime::each(60s);
  const CallTime shared = CallTime::until(Deadline::after(clock, 60s));
  clock.advance(50s);
  CHECK(each.begin(clock).left() == 60s);
  CHECK(shared.begin(clock).left() == 10s);
}
