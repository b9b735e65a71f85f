// A mutex whose rules clang checks (-Wthread-safety): what SLIPWAY_GUARDED_BY names it for can't be touched without it.
//
// For a class whose own functions share what is guarded. Where one value is guarded, `Guarded` (base/guarded.h) says it
// shorter, and to every compiler. A plain std::mutex is for what guards no data, but lets one at a time do something.
#pragma once

#include <condition_variable>
#include <mutex>

#ifdef __clang__
#define SLIPWAY_THREAD_RULE(rule) __attribute__((rule))
#else
#define SLIPWAY_THREAD_RULE(rule)  // g++ knows no such rules
#endif

/// A member that only who holds the mutex may touch.
#define SLIPWAY_GUARDED_BY(mutex) SLIPWAY_THREAD_RULE(guarded_by(mutex))
/// A function that only who holds the mutex may call.
#define SLIPWAY_REQUIRES(mutex) SLIPWAY_THREAD_RULE(requires_capability(mutex))

namespace slipway {

/// Threads: any.
class SLIPWAY_THREAD_RULE(capability("mutex")) Mutex {
 public:
  void lock() SLIPWAY_THREAD_RULE(acquire_capability()) { mutex_.lock(); }
  void unlock() SLIPWAY_THREAD_RULE(release_capability()) { mutex_.unlock(); }

 private:
  friend class Lock;
  std::mutex mutex_;
};

/// Holds a mutex while it lives. Threads: the one that made it.
class SLIPWAY_THREAD_RULE(scoped_lockable) Lock {
 public:
  explicit Lock(Mutex& mutex) SLIPWAY_THREAD_RULE(acquire_capability(mutex)) : lock_(mutex.mutex_) {}
  ~Lock() SLIPWAY_THREAD_RULE(release_capability()) = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  /// Lets go of the mutex until somebody notifies, or for no reason: to be called in a loop that looks.
  void wait(std::condition_variable& condition) { condition.wait(lock_); }

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace slipway
