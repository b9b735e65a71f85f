// The executor seam: which thread runs what, and in which order.
//
// The engine posts work here and never starts a thread of its own, so that a simulation can run every node, in any
// order that a seed picks, on one thread under a virtual clock.
#pragma once

#include <functional>
#include <memory>

#include "base/error.h"
#include "base/time.h"

namespace slipway {

class Random;

using Job = std::function<void()>;

class Executor {
 public:
  virtual ~Executor() = default;
  /// Runs `job` soon, on any thread. Dropped after stop().
  /// What a job throws ends nothing but the job: a thread pool tells its owner, a simulation lets it out of step().
  virtual void post(Job job) = 0;
  /// Runs `job` once the clock shows at least `when`. Bounded in number only by memory.
  virtual void post_at(SteadyTime when, Job job) = 0;
};

/// `threads` workers and one timer. Destruction stops it: running jobs end, waiting ones are dropped.
class ThreadPool final : public Executor {
 public:
  /// `failed` hears on the job's thread of whatever a job threw.
  using Failed = std::function<void(const Error&)>;
  ThreadPool(std::string name, unsigned threads, const Clock& clock, Failed failed);
  ~ThreadPool() override;
  void post(Job job) override;
  void post_at(SteadyTime when, Job job) override;
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// A clock that moves only when told. Threads: any.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start = from_micros(1'700'000'000'000'000));
  ~ManualClock() override;
  Time now() const override;
  SteadyTime steady() const override;
  void advance(Duration);
  /// Sets the wall clock forward, or back: no time passes.
  void jump(Duration);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Everything on the calling thread: picks the next ready job by `random`, and when none is ready moves `clock` to the
/// next timer. Same jobs and seed, same order. Not thread-safe.
class SimulatedExecutor final : public Executor {
 public:
  SimulatedExecutor(ManualClock& clock, Random& random);
  ~SimulatedExecutor() override;
  void post(Job job) override;
  void post_at(SteadyTime when, Job job) override;
  /// Runs one job; false when nothing is left to run before `until`.
  bool step(SteadyTime until);
  /// Forgets all jobs, as a crash does.
  void drop_all();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace slipway
