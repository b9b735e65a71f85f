#include "base/strand.h"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "base/random.h"

namespace slipway {
namespace {

TEST_CASE("A strand runs its jobs one after the other in the order of their posting") {
  ManualClock clock;
  SeededRandom random(1);
  SimulatedExecutor executor(clock, random);
  Strand strand(executor);
  std::vector<int> ran;
  for (int i = 0; i < 3; ++i) strand.post([&ran, i] { ran.push_back(i); });
  while (executor.step(clock.steady())) {
  }
  CHECK(ran == std::vector{0, 1, 2});
}

TEST_CASE("A job that throws keeps no later job of its strand from running") {
  ManualClock clock;
  SeededRandom random(1);
  SimulatedExecutor executor(clock, random);
  Strand strand(executor);
  bool ran = false;
  strand.post([] { throw 42; });
  strand.post([&] { ran = true; });
  CHECK_THROWS_AS(executor.step(clock.steady()), int);
  while (executor.step(clock.steady())) {
  }
  CHECK(ran);
}

TEST_CASE("When the executor drops a strand's turn, jobs that own the strand are freed, and no more run") {
  ManualClock clock;
  SeededRandom random(1);
  SimulatedExecutor executor(clock, random);
  const auto strand = std::make_shared<Strand>(executor);
  const auto owned = std::make_shared<int>(1);
  strand->post([strand, owned] {});
  strand->post([strand, owned] {});
  CHECK(owned.use_count() == 3);
  executor.drop_all();
  CHECK(owned.use_count() == 1);
  CHECK(strand.use_count() == 1);
  strand->post([strand] {});
  CHECK(strand.use_count() == 1);
  CHECK_FALSE(executor.step(clock.steady()));
}

TEST_CASE("A job posted to the strand of a stopped pool is freed") {
  const SystemClock clock;
  ThreadPool pool("test", 1, clock, [](const Error&) {});
  const auto strand = std::make_shared<Strand>(pool);
  pool.stop();
  strand->post([strand] {});
  CHECK(strand.use_count() == 1);
}

}  // namespace
}  // namespace slipway
