#include "base/metrics.h"

#include <doctest/doctest.h>

using namespace slipway;
using namespace std::chrono_literals;

TEST_CASE("metrics are told in Prometheus' text format, each family once with its help and type") {
  Metrics metrics;
  metrics.counter("calls_total", "Calls.", {{"to", "a\"b"}}).add(3);
  metrics.counter("calls_total", "Calls.", {{"to", "c"}}).add();
  metrics.gauge("queue", "Waiting.", {}, [] { return 1.5; });
  CHECK(metrics.text() ==
        "# HELP calls_total Calls.\n# TYPE calls_total counter\n"
        "calls_total{to=\"a\\\"b\"} 3\ncalls_total{to=\"c\"} 1\n"
        "# HELP queue Waiting.\n# TYPE queue gauge\nqueue 1.5\n");
}

TEST_CASE("a histogram's buckets hold what took at most so long, and all before them") {
  Metrics metrics;
  Histogram& took = metrics.histogram("took_seconds", "How long.", {{"what", "x"}});
  for (const Duration one : {Duration(1ms), Duration(2ms), Duration(90s)}) took.observe(one);
  const std::string text = metrics.text();
  for (const char* line :
       {"took_seconds_bucket{what=\"x\",le=\"0.001\"} 1\n", "took_seconds_bucket{what=\"x\",le=\"0.0025\"} 2\n",
        "took_seconds_bucket{what=\"x\",le=\"60\"} 2\n", "took_seconds_bucket{what=\"x\",le=\"+Inf\"} 3\n",
        "took_seconds_sum{what=\"x\"} 90.003\n", "took_seconds_count{what=\"x\"} 3\n"}) {
    CHECK_MESSAGE(text.find(line) != std::string::npos, line);
  }
}

TEST_CASE("the same name and labels are the same series") {
  Metrics metrics;
  CHECK(&metrics.counter("a", "A.", {{"x", "1"}}) == &metrics.counter("a", "A.", {{"x", "1"}}));
  CHECK(&metrics.counter("a", "A.", {{"x", "1"}}) != &metrics.counter("a", "A.", {{"x", "2"}}));
}
