#include "base/guarded.h"

#include <doctest/doctest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/mutex.h"

namespace slipway {
namespace {

using Text = Guarded<std::string>;

template <class G>
concept lets_a_reference_outlive_its_lock = requires(G& guarded) {
  *guarded.lock();
};
template <class G>
concept names_its_value = requires(G& guarded) {
  guarded.value_;
};
static_assert(!lets_a_reference_outlive_its_lock<Text>);
static_assert(!names_its_value<Text>);
static_assert(!std::is_copy_constructible_v<Text>);
static_assert(std::is_same_v<decltype(std::declval<const Text&>().lock().operator->()), const std::string*>);

/// Clang refuses it when any of its rules is taken away (tools/check_thread_rules.sh).
class Account {
 public:
  void add(int amount) {
    const Lock lock(mutex_);
    add_locked(amount);
  }
  int balance() {
    const Lock lock(mutex_);
    return balance_;
  }

 private:
  void add_locked(int amount) SLIPWAY_REQUIRES(mutex_) { balance_ += amount; }

  Mutex mutex_;
  int balance_ SLIPWAY_GUARDED_BY(mutex_) = 0;
};

void on_four_threads(const std::function<void()>& work) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) work();
    });
  }
}

}  // namespace

TEST_CASE("what threads do to a guarded value is done one after the other") {
  Guarded<int> count(2);
  on_four_threads([&] { count.with([](int& n) { ++n; }); });
  CHECK(count.with([](int n) { return n; }) == 40'002);

  Account account;
  on_four_threads([&] { account.add(1); });
  CHECK(account.balance() == 40'000);
}

TEST_CASE("readers of a value guarded by a shared mutex hold it together") {
  const Guarded<std::string, std::shared_mutex> text(std::string("read by many"));
  const auto held = text.lock();
  std::jthread([&] { CHECK(text.lock()->size() == 12); }).join();
}

TEST_CASE("a wait lets go of the value until the condition holds") {
  struct Door {
    bool open = false;
    std::condition_variable opened;
  };
  Guarded<Door> door;
  auto mine = door.lock();
  CHECK_FALSE(mine.wait_for(mine->opened, Duration(1), [](const Door& d) { return d.open; }));
  const std::jthread other([&] {
    const auto theirs = door.lock();
    theirs->open = true;
    theirs->opened.notify_one();
  });
  mine.wait(mine->opened, [](const Door& d) { return d.open; });
  CHECK(mine->open);
}

TEST_CASE("a call without the lock has it taken again, whatever it throws") {
  Guarded<int> count(1);
  auto locked = count.lock();
  CHECK(locked.without([&] { return count.with([](int& n) { return ++n; }); }) == 2);
  CHECK_THROWS_AS(locked.without([&]() -> int { throw std::runtime_error("out"); }), std::runtime_error);
  bool others_wait = false;
  std::jthread other([&] { count.with([&](int&) { others_wait = true; }); });
  CHECK_FALSE(others_wait);
  locked.without([&] { other.join(); });
  CHECK(others_wait);
}

}  // namespace slipway
