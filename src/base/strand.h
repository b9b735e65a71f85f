// Jobs one after the other, on whatever threads an executor has: state touched only by a strand's jobs needs no lock.
#pragma once

#include <deque>
#include <exception>
#include <memory>
#include <utility>

#include "base/executor.h"
#include "base/guarded.h"

namespace slipway {

/// Threads: any. A strand may be destroyed while jobs wait; they still run. Once the executor has dropped what it had,
/// the strand's jobs are dropped too, those posted later included. What a job throws reaches the executor, which tells
/// its owner, and the next job runs all the same; a job whose owner has to act on it catches it itself.
class Strand {
 public:
  explicit Strand(Executor& executor) : state_(std::make_shared<State>(executor)) {}

  void post(Job job) {
    {
      const auto queue = state_->queue.lock();
      if (queue->dropped) return;
      queue->jobs.push_back(std::move(job));
      if (queue->active) return;
      queue->active = true;
    }
    schedule(state_);
  }

  void post_at(SteadyTime when, Job job) {
    state_->executor.post_at(when,
                             [state = state_, job = std::move(job)]() mutable { Strand(state).post(std::move(job)); });
  }

 private:
  struct Queue {
    std::deque<Job> jobs;
    bool active = false;
    bool dropped = false;
  };
  struct State {
    explicit State(Executor& e) : executor(e) {}
    Executor& executor;
    Guarded<Queue> queue;
  };
  explicit Strand(std::shared_ptr<State> state) : state_(std::move(state)) {}

  /// One job's turn on the executor. Dropped unrun, it takes the waiting jobs with it: they may own what owns the
  /// strand, and nothing would ever break that circle.
  class Turn {
   public:
    explicit Turn(std::shared_ptr<State> state) : state_(std::move(state)) {}
    ~Turn() {
      if (state_) drop(*state_);
    }
    void run() { run_one(std::exchange(state_, nullptr)); }

   private:
    std::shared_ptr<State> state_;
  };

  static void schedule(const std::shared_ptr<State>& state) {
    state->executor.post([turn = std::make_shared<Turn>(state)] { turn->run(); });
  }

  static void drop(State& state) {
    std::deque<Job> jobs;
    const auto queue = state.queue.lock();
    jobs.swap(queue->jobs);
    queue->dropped = true;
  }

  static void run_one(const std::shared_ptr<State>& state) {
    Job job;
    {
      const auto queue = state->queue.lock();
      job = std::move(queue->jobs.front());
      queue->jobs.pop_front();
    }
    std::exception_ptr thrown;
    try {
      job();
    } catch (...) {
      thrown = std::current_exception();
    }
    job = nullptr;
    go_on(state);
    if (thrown) std::rethrow_exception(thrown);
  }

  static void go_on(const std::shared_ptr<State>& state) {
    {
      const auto queue = state->queue.lock();
      if (queue->jobs.empty()) {
        queue->active = false;
        return;
      }
    }
    schedule(state);
  }

  std::shared_ptr<State> state_;
};

}  // namespace slipway
