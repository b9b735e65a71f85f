// A value and the mutex that guards it as one thing: without the lock there is no way to name the value.
#pragma once

#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <type_traits>
#include <utility>

#include "base/time.h"

namespace slipway {

/// With a std::shared_mutex, those who only read (a const Guarded) hold it together. Threads: any.
template <class T, class M = std::mutex>
class Guarded {
  template <class Value>
  using Hold = std::conditional_t<std::is_const_v<Value> && std::is_same_v<M, std::shared_mutex>, std::shared_lock<M>,
                                  std::unique_lock<M>>;

 public:
  /// The value while its mutex is held. Threads: the one that made it.
  template <class Value>
  class Locked {
   public:
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;

    Value* operator->() const { return &value_; }
    Value& operator*() const& { return value_; }
    Value& operator*() const&& = delete;  ///< the lock would end before the reference

    /// Each lets go of the mutex meanwhile. `condition` may be part of the value, `until` is given the value.
    void wait(std::condition_variable& condition) { condition.wait(hold_); }
    void wait_for(std::condition_variable& condition, Duration time) { condition.wait_for(hold_, time); }
    template <class Until>
    void wait(std::condition_variable& condition, Until until) {
      condition.wait(hold_, [&] { return until(std::as_const(value_)); });
    }
    /// False when `time` has passed and `until` still does not hold.
    template <class Until>
    bool wait_for(std::condition_variable& condition, Duration time, Until until) {
      return condition.wait_for(hold_, time, [&] { return until(std::as_const(value_)); });
    }

    /// Lets go of the mutex for the time of the call, which must not touch the value; what it throws gets out with the
    /// mutex held again.
    template <class F>
    auto without(F call) {
      struct Again {
        explicit Again(Hold<Value>& h) : hold(h) { hold.unlock(); }
        ~Again() { hold.lock(); }
        Again(const Again&) = delete;
        Again& operator=(const Again&) = delete;
        Hold<Value>& hold;
      };
      const Again again(hold_);
      return call();
    }

   private:
    friend class Guarded;
    Locked(M& mutex, Value& value) : hold_(mutex), value_(value) {}

    Hold<Value> hold_;
    Value& value_;
  };

  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  [[nodiscard]] Locked<T> lock() { return {mutex_, value_}; }
  [[nodiscard]] Locked<const T> lock() const { return {mutex_, value_}; }

  /// What `call` makes of the value while the mutex is held.
  template <class F>
  auto with(F call) {
    const auto locked = lock();
    return call(*locked);
  }
  template <class F>
  auto with(F call) const {
    const auto locked = lock();
    return call(*locked);
  }

 private:
  mutable M mutex_;
  T value_{};
};

}  // namespace slipway
