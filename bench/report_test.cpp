#include "bench/report.h"

#include <doctest/doctest.h>

namespace slipway::bench {

TEST_CASE("a figure is judged by its ratio to what the same run measured") {
  CHECK(Figure{"start", 39, "ms", "bare", 10, ratio_at_most(4)}.ok());
  CHECK_FALSE(Figure{"start", 41, "ms", "bare", 10, ratio_at_most(4)}.ok());
  CHECK(Figure{"rate", 60, "/s", "bare", 100, ratio_at_least(0.6)}.ok());
  CHECK_FALSE(Figure{"rate", 59, "/s", "bare", 100, ratio_at_least(0.6)}.ok());
}

TEST_CASE("a figure that must keep a ratio fails when its reference was not measured") {
  CHECK_FALSE(Figure{"rate", 60, "/s", "bare", {}, ratio_at_least(0.6)}.ok());
  CHECK_FALSE(Figure{"start", 1, "ms", "bare", {}, ratio_at_most(4)}.ok());
}

TEST_CASE("the median of an even number of values is the upper of the middle two") {
  CHECK(median({4, 1, 3, 2}) == 3);
  CHECK(median({}) == 0);
}

}  // namespace slipway::bench
