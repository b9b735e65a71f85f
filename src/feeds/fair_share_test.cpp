#include "feeds/fair_share.h"

#include <doctest/doctest.h>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/executor.h"
#include "feeds/feed_types.h"

namespace slipway::feeds {
namespace {

constexpr Duration kPatience = std::chrono::seconds(3);

TEST_CASE("a feed that is silent takes its share of those who ask, and the others go on") {
  ManualClock clock;
  FairShare share(clock, 10, kPatience);
  const Deadline deadline = Deadline::after(clock, std::chrono::seconds(30));
  std::deque<std::unique_ptr<FairShare::Place>> hanging;
  for (int feed = 0; feed < 4; ++feed) {
    const std::string id = "Feeds-" + std::to_string(feed);
    for (int i = 0; i < 10; ++i) hanging.emplace_back(new FairShare::Place(share.enter(id, "Hub", deadline)));
  }
  clock.advance(kPatience);
  for (int feed = 0; feed < 4; ++feed) {
    const std::string id = "Feeds-" + std::to_string(feed);
    CHECK_THROWS_WITH_AS(share.enter(id, "Hub", deadline), doctest::Contains("'Hub' does not answer 10 requests"),
                         Error);
  }
  CHECK_NOTHROW(share.enter("Feeds-9", "Other", deadline));
  hanging.pop_front();
  CHECK_NOTHROW(share.enter("Feeds-0", "Hub", deadline));
}

TEST_CASE("who asks a feed that answers waits for a place, and gets one") {
  const SystemClock clock;
  FairShare share(clock, 2, std::chrono::minutes(1));
  const Deadline deadline = Deadline::after(clock, std::chrono::minutes(1));
  std::atomic<int> inside = 0, most = 0, done = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      const auto place = share.enter("Feeds-1", "Hub", deadline);
      const int now = ++inside;
      int seen = most;
      while (seen < now && !most.compare_exchange_weak(seen, now)) {
      }
      std::this_thread::yield();
      --inside;
      ++done;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(done == 20);
  CHECK(most <= 2);
}

TEST_CASE("nobody waits for a place longer than until the deadline") {
  ManualClock clock;
  FairShare share(clock, 1, std::chrono::hours(1));
  const auto place = share.enter("Feeds-1", "Hub", Deadline::after(clock, std::chrono::hours(1)));
  const Deadline over = Deadline::after(clock, Duration(0));
  CHECK_THROWS_AS(share.enter("Feeds-1", "Hub", over), Error);
}

/// Counts how many ask at once.
class CountingFeed final : public Feed {
 public:
  explicit CountingFeed(std::function<void()> asked) : asked_(std::move(asked)) {}
  std::vector<Repository> search(std::string_view, std::size_t) override {
    asked_();
    return {};
  }
  std::vector<PackageVersion> versions(std::string_view) override {
    asked_();
    return {};
  }
  std::optional<PackageVersion> find(std::string_view, std::string_view) override {
    asked_();
    return std::nullopt;
  }
  std::string registry() override {
    asked_();
    return {};
  }

 private:
  std::function<void()> asked_;
};

TEST_CASE("whatever a feed is asked takes a place, and gives it back") {
  ManualClock clock;
  const auto share = std::make_shared<FairShare>(clock, 1, Duration(0));
  const Deadline deadline = Deadline::after(clock, std::chrono::seconds(30));
  bool is_taken = false;
  FeedTypes types;
  types.add("Counting", [&](const model::Feed&, const RevealSecret&, const Deadline&) {
    return std::make_unique<CountingFeed>([&] {
      is_taken = false;
      try {
        share->enter("Feeds-1", "Hub", deadline);
      } catch (const Error&) {
        is_taken = true;
      }
    });
  });
  types.share(share);
  model::Feed document;
  document.Id = "Feeds-1";
  document.FeedType = "Counting";
  const auto feed = types.open(document, {}, deadline);
  const std::vector<std::function<void()>> questions{[&] { feed->search("", 1); }, [&] { feed->versions("x"); },
                                                     [&] { feed->find("x", "1"); }, [&] { feed->registry(); }};
  for (const auto& ask : questions) {
    ask();
    CHECK(is_taken);
    CHECK_NOTHROW(share->enter("Feeds-1", "Hub", deadline));
  }
}

}  // namespace
}  // namespace slipway::feeds
