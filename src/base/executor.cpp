#include "base/executor.h"

#include <fmt/format.h>
#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/failure.h"
#include "base/guarded.h"
#include "base/random.h"

namespace slipway {

struct ThreadPool::State {
  State(const Clock& c, Failed f) : clock(c), failed(std::move(f)) {}

  /// Whatever it throws: a thread that ends by an exception takes the process with it.
  void run(const Job& job) const {
    try {
      job();
    } catch (...) {
      tell(std::current_exception());
    }
  }

  void tell(const std::exception_ptr& thrown) const noexcept {
    try {
      failed(error_of(thrown));
    } catch (...) {  // not even that is possible: nobody is left to tell
    }
  }

  struct Jobs {
    std::deque<Job> ready;
    std::multimap<SteadyTime, Job> timers;
    bool timer_watched = false;
    bool stopping = false;
    std::vector<std::thread> threads;

    /// The next that may run now; null when none may.
    Job take(SteadyTime now) {
      while (!timers.empty() && timers.begin()->first <= now) {
        ready.push_back(std::move(timers.begin()->second));
        timers.erase(timers.begin());
      }
      if (ready.empty()) return nullptr;
      Job job = std::move(ready.front());
      ready.pop_front();
      return job;
    }
  };

  void work() {
    auto held = jobs.lock();
    while (!held->stopping) {
      const SteadyTime now = clock.steady();
      if (Job job = held->take(now)) {
        if (!held->ready.empty()) wake.notify_one();
        held.without([&] {
          run(job);
          job = nullptr;  // what it holds ends outside of the lock
        });
      } else if (!held->timers.empty() && !held->timer_watched) {
        // One idle worker sleeps until the next timer; the others sleep until woken.
        held->timer_watched = true;
        held.wait_for(wake, held->timers.begin()->first - now);
        held->timer_watched = false;
        if (!held->timers.empty()) wake.notify_one();
      } else {
        held.wait(wake);
      }
    }
  }

  const Clock& clock;
  const Failed failed;
  std::condition_variable wake;
  Guarded<Jobs> jobs;
};

ThreadPool::ThreadPool(std::string name, unsigned threads, const Clock& clock, Failed failed)
    : state_(std::make_shared<State>(clock, std::move(failed))) {
  name.resize(std::min<std::size_t>(name.size(), 15));  // the kernel's limit for thread names
  state_->jobs.lock()->threads.reserve(threads);
  try {
    for (unsigned i = 0; i < threads; ++i) {
      std::thread thread([state = state_.get()] { state->work(); });
      pthread_setname_np(thread.native_handle(), name.c_str());
      state_->jobs.lock()->threads.push_back(std::move(thread));
    }
  } catch (const std::system_error& error) {
    stop();  // those that have begun
    fail(ErrorCode::unavailable,
         fmt::format("The machine gives this server no more threads ({}). Raise its limits of threads and memory "
                     "(ulimit -u and -v, TasksMax and MemoryMax of a unit).",
                     error.code().message()));
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::post(Job job) {
  const auto jobs = state_->jobs.lock();
  if (jobs->stopping) return;
  jobs->ready.push_back(std::move(job));
  state_->wake.notify_one();
}

void ThreadPool::post_at(SteadyTime when, Job job) {
  const auto jobs = state_->jobs.lock();
  if (jobs->stopping) return;
  jobs->timers.emplace(when, std::move(job));
  // The worker that watches the timers may be any of them, so all look again.
  if (jobs->timers.begin()->first == when) state_->wake.notify_all();
}

void ThreadPool::stop() {
  std::vector<std::thread> threads;
  {
    const auto jobs = state_->jobs.lock();
    jobs->stopping = true;
    state_->wake.notify_all();
    threads.swap(jobs->threads);
  }
  for (auto& thread : threads) thread.join();
  std::deque<Job> ready;
  std::multimap<SteadyTime, Job> timers;
  const auto jobs = state_->jobs.lock();
  ready.swap(jobs->ready);
  timers.swap(jobs->timers);
}

struct ManualClock::State {
  std::atomic<std::int64_t> wall;
  std::atomic<std::int64_t> steady{0};
};

ManualClock::ManualClock(Time start) : state_(std::make_unique<State>()) { state_->wall = to_micros(start); }
ManualClock::~ManualClock() = default;
Time ManualClock::now() const { return from_micros(state_->wall); }
SteadyTime ManualClock::steady() const { return {Duration(state_->steady)}; }
void ManualClock::jump(Duration by) { state_->wall += by.count(); }
void ManualClock::advance(Duration by) {
  state_->wall += by.count();
  state_->steady += by.count();
}

struct SimulatedExecutor::State {
  ManualClock& clock;
  Random& random;
  std::vector<Job> ready;
  std::multimap<SteadyTime, Job> timers;
};

SimulatedExecutor::SimulatedExecutor(ManualClock& clock, Random& random)
    : state_(std::make_unique<State>(State{clock, random, {}, {}})) {}
SimulatedExecutor::~SimulatedExecutor() = default;

void SimulatedExecutor::post(Job job) { state_->ready.push_back(std::move(job)); }
void SimulatedExecutor::post_at(SteadyTime when, Job job) { state_->timers.emplace(when, std::move(job)); }

bool SimulatedExecutor::step(SteadyTime until) {
  if (state_->ready.empty()) {
    if (state_->timers.empty() || state_->timers.begin()->first > until) return false;
    const SteadyTime next = state_->timers.begin()->first;
    if (next > state_->clock.steady()) state_->clock.advance(next - state_->clock.steady());
  }
  while (!state_->timers.empty() && state_->timers.begin()->first <= state_->clock.steady()) {
    state_->ready.push_back(std::move(state_->timers.begin()->second));
    state_->timers.erase(state_->timers.begin());
  }
  const auto pick = state_->random.below(state_->ready.size());
  Job job = std::move(state_->ready[pick]);
  state_->ready.erase(state_->ready.begin() + static_cast<std::ptrdiff_t>(pick));
  job();
  return true;
}

void SimulatedExecutor::drop_all() {
  const auto ready = std::exchange(state_->ready, {});
  const auto timers = std::exchange(state_->timers, {});
}

}  // namespace slipway
