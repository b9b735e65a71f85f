#include "base/executor.h"

#include <doctest/doctest.h>

#include <future>
#include <new>
#include <stdexcept>
#include <vector>

#include "base/random.h"

using namespace slipway;
using namespace std::chrono_literals;

TEST_CASE("a thread pool runs posted work and timers") {
  const SystemClock clock;
  ThreadPool pool("test", 2, clock, [](const Error&) {});
  std::promise<int> now, later;
  pool.post_at(clock.steady() + 5ms, [&] { later.set_value(2); });
  pool.post([&] { now.set_value(1); });
  CHECK(now.get_future().get() == 1);
  CHECK(later.get_future().get() == 2);
}

TEST_CASE("a job that throws, whatever it throws, ends alone: its pool tells its owner and goes on") {
  const SystemClock clock;
  std::vector<std::string> told;
  ThreadPool pool("test", 1, clock, [&](const Error& error) { told.push_back(error.message()); });
  pool.post([] { fail_not_found("Nobody is there."); });
  pool.post([] { throw std::bad_alloc(); });
  pool.post([] { throw std::out_of_range("17 is too many"); });
  pool.post([] { throw 42; });
  std::promise<void> after;
  pool.post([&] { after.set_value(); });
  CHECK(after.get_future().wait_for(1min) == std::future_status::ready);
  pool.stop();
  CHECK(told == std::vector<std::string>{"Nobody is there.", "There was not enough memory for it.",
                                         "This server has a defect: 17 is too many",
                                         "This server has a defect: it met an exception of an unknown kind."});
}

TEST_CASE("the same seed gives the same order, and virtual time jumps to the next timer") {
  const auto run = [](std::uint64_t seed) {
    ManualClock clock;
    SeededRandom random(seed);
    SimulatedExecutor executor(clock, random);
    std::vector<int> order;
    for (int i = 0; i < 8; ++i) executor.post([&order, i] { order.push_back(i); });
    executor.post_at({10s}, [&] { order.push_back(100); });
    while (executor.step({1min})) {
    }
    CHECK(clock.steady() == SteadyTime{10s});
    return order;
  };
  CHECK(run(1) == run(1));
  CHECK(run(1) != run(2));
  CHECK(run(1).back() == 100);
}
