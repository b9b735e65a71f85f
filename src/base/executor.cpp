#include "base/executor.h"

#include <fmt/format.h>
#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/failure.h"
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

  void work() {
    std::unique_lock lock(mutex);
    while (!stopping) {
      const SteadyTime now = clock.steady();
      while (!timers.empty() && timers.begin()->first <= now) {
        ready.push_back(std::move(timers.begin()->second));
        timers.erase(timers.begin());
      }
      if (!ready.empty()) {
        Job job = std::move(ready.front());
        ready.pop_front();
        if (!ready.empty()) wake.notify_one();
        lock.unlock();
        run(job);
        job = nullptr;  // what it holds ends outside of the lock
        lock.lock();
      } else if (!timers.empty() && !timer_watched) {
        // One idle worker sleeps until the next timer; the others sleep until woken.
        timer_watched = true;
        wake.wait_for(lock, timers.begin()->first - now);
        timer_watched = false;
        if (!timers.empty()) wake.notify_one();
      } else {
        wake.wait(lock);
      }
    }
  }

  const Clock& clock;
  const Failed failed;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Job> ready;
  std::multimap<SteadyTime, Job> timers;
  bool timer_watched = false;
  bool stopping = false;
  std::vector<std::thread> threads;
};

ThreadPool::ThreadPool(std::string name, unsigned threads, const Clock& clock, Failed failed)
    : state_(std::make_shared<State>(clock, std::move(failed))) {
  name.resize(std::min<std::size_t>(name.size(), 15));  // the kernel's limit for thread names
  try {
    for (unsigned i = 0; i < threads; ++i) {
      state_->threads.emplace_back([state = state_.get()] { state->work(); });
      pthread_setname_np(state_->threads.back().native_handle(), name.c_str());
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
  const std::lock_guard lock(state_->mutex);
  if (state_->stopping) return;
  state_->ready.push_back(std::move(job));
  state_->wake.notify_one();
}

void ThreadPool::post_at(SteadyTime when, Job job) {
  const std::lock_guard lock(state_->mutex);
  if (state_->stopping) return;
  state_->timers.emplace(when, std::move(job));
  // The worker that watches the timers may be any of them, so all look again.
  if (state_->timers.begin()->first == when) state_->wake.notify_all();
}

void ThreadPool::stop() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->wake.notify_all();
    threads.swap(state_->threads);
  }
  for (auto& thread : threads) thread.join();
  std::deque<Job> ready;
  std::multimap<SteadyTime, Job> timers;
  const std::lock_guard lock(state_->mutex);
  ready.swap(state_->ready);
  timers.swap(state_->timers);
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
