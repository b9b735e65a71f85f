#include "cloud/poller.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/failure.h"
#include "base/guarded.h"
#include "base/retry_later.h"
#include "base/strand.h"

namespace slipway::aws {
namespace {

constexpr std::size_t kBatch = 10;  // DescribeServices takes no more
constexpr int kSilentIntervals = 3;

/// Who asks (credential identity), and where (region, cluster).
using GroupKey = std::tuple<std::string, std::string, std::string>;

/// One watcher.
struct Interest {
  Interest(ServiceInterest i, ServicePoller::Observer o) : what(std::move(i)), observer(std::move(o)) {}
  const ServiceInterest what;
  const ServicePoller::Observer observer;
  std::atomic<bool> active = true;
  LookMemory memory;  // the group's strand's
};

/// One service and who watches it.
struct WatchedService {
  std::vector<std::shared_ptr<Interest>> interests;
  SteadyTime due;
  bool alone = false;  ///< was refused by itself, so it must not spoil the batch of others
  SteadyTime seen;     ///< last
  std::optional<SteadyTime> blind_since;
};

/// A refusal that may be about one service of a batch rather than about all.
bool may_be_of_one(const AwsError& error) {
  switch (error.kind()) {
    case FailureKind::denied:
    case FailureKind::client:
      return true;
    case FailureKind::not_found:
      return error.aws_code() != "ClusterNotFoundException";
    default:
      return false;
  }
}

/// The poller of one cluster. Everything but add() runs on its strand.
class Group : public std::enable_shared_from_this<Group> {
 public:
  Group(Executor& executor, const Clock& clock, Random& random, Duration interval, Client client, std::string cluster)
      : clock_(clock),
        begun_(clock.now()),
        begun_steady_(clock.steady()),
        random_(random),
        interval_(interval),
        strand_(executor),
        reader_(std::move(client), std::move(cluster)) {}

  void add(std::shared_ptr<Interest> interest) {
    strand_.post([self = shared_from_this(), interest = std::move(interest)] {
      WatchedService& service = self->services_[interest->what.service];
      service.interests.push_back(interest);
      service.due = self->clock_.steady();
      self->schedule();
    });
  }

 private:
  using Names = std::vector<std::string>;

  /// Makes sure that a tick comes when the next service is due.
  void schedule() {
    if (services_.empty()) return;
    const auto next = std::ranges::min_element(services_, {}, [](const auto& entry) { return entry.second.due; });
    const SteadyTime when = std::max(next->second.due, quiet_until_);
    if (tick_at_ && *tick_at_ <= when) return;
    tick_at_ = when;
    strand_.post_at(when, [self = shared_from_this(), tick = ++ticks_] {
      if (tick == self->ticks_) self->surely_tick();
    });
  }

  /// A tick that fails is made up for: no other would ever come.
  void surely_tick() {
    try {
      tick();
    } catch (...) {
      tick_at_ = clock_.steady() + interval_;
      strand_.post_at(*tick_at_, [self = shared_from_this(), tick = ++ticks_] {
        if (tick == self->ticks_) self->surely_tick();
      });
      throw;
    }
  }

  /// Looks at all that is due, and at what is due soon, so that services share batches.
  void tick() {
    tick_at_.reset();
    prune();
    const SteadyTime now = clock_.steady();
    if (now >= quiet_until_) {
      const Duration next = std::chrono::duration_cast<Duration>(interval_ * (0.95 + 0.1 * random_.fraction()));
      Names batch;
      for (const auto& name : due_until(now + interval_ / 4)) {
        WatchedService& service = services_[name];
        service.due = now + next;
        if (service.alone) {
          post_poll({name});
        } else {
          batch.push_back(name);
          if (batch.size() == kBatch) post_poll(std::exchange(batch, {}));
        }
      }
      if (!batch.empty()) post_poll(std::move(batch));
    }
    schedule();
  }

  /// Those seen longest ago come first: when there are more than the rate limit allows, all get their turn.
  Names due_until(SteadyTime when) const {
    std::vector<std::pair<SteadyTime, std::string>> due;
    for (const auto& [name, service] : services_) {
      if (service.due <= when) due.emplace_back(service.seen, name);
    }
    std::ranges::sort(due);
    Names names;
    for (auto& [seen, name] : due) names.push_back(std::move(name));
    return names;
  }

  void prune() {
    for (auto& [name, service] : services_) {
      std::erase_if(service.interests, [](const auto& interest) { return !interest->active; });
    }
    std::erase_if(services_, [](const auto& entry) { return entry.second.interests.empty(); });
  }

  void post_poll(Names names) {
    strand_.post([self = shared_from_this(), names = std::move(names)] { self->poll(names); });
  }

  void poll(Names names) {
    std::erase_if(names, [&](const auto& name) { return !services_.contains(name); });  // nobody watches it any more
    if (clock_.steady() < quiet_until_) return come_back(names);
    try {
      look_at(names);
    } catch (const RetryLater& park) {
      stay_away(names, park);
    } catch (const AwsError& error) {
      refused(names, error);
    } catch (...) {
      tell_error(names, error_of(std::current_exception()).message());
    }
  }

  void look_at(const Names& names) {
    reader_.begin_sequence();
    const auto described = reader_.describe(names);
    std::vector<const LookMemory*> memories;
    for (const auto& name : names) {
      for (const auto& interest : services_[name].interests) memories.push_back(&interest->memory);
    }
    reader_.prefetch(memories);
    for (const auto& name : names) {
      const auto service = described.find(name);
      look_at(name, service == described.end() ? nullptr : &service->second);
      reader_.begin_sequence();  // each service takes a turn of its own: a batch of ten would overdraw by dozens
    }
  }

  void look_at(const std::string& name, const json::object* service) {
    WatchedService& watched = services_[name];
    try {
      for (const auto& interest : watched.interests) {
        const auto seen = reader_.look(interest->what, interest->memory, service, now());
        show(*interest, seen);
      }
      watched.seen = clock_.steady();
      watched.blind_since.reset();
    } catch (const RetryLater& park) {
      stay_away({name}, park);
    } catch (...) {
      tell_error({name}, error_of(std::current_exception()).message());
    }
  }

  /// AWS is busy or silent. The group pauses, because all its calls count against the same limits.
  void stay_away(const Names& names, const RetryLater& park) {
    const SteadyTime now = clock_.steady();
    quiet_until_ = std::max(quiet_until_, now + park.delay());
    come_back(names);
    Names silent;
    for (const auto& name : names) {
      if (now - blind_since(name) >= kSilentIntervals * interval_) silent.push_back(name);
    }
    tell_error(silent, park.why());
  }

  void come_back(const Names& names) {
    for (const auto& name : names) services_[name].due = quiet_until_;
    schedule();
  }

  void refused(const Names& names, const AwsError& error) {
    if (!may_be_of_one(error)) return tell_error(names, error.message());
    if (names.size() == 1) {
      services_[names.front()].alone = true;
      return tell_error(names, error.message());
    }
    const auto middle = names.begin() + static_cast<std::ptrdiff_t>(names.size() / 2);
    post_poll({names.begin(), middle});
    post_poll({middle, names.end()});
  }

  void tell_error(const Names& names, const std::string& error) {
    ServiceObservation seen;
    seen.At = now();
    seen.Error = error;
    for (const auto& name : names) {
      seen.BlindSince = seen.At - (clock_.steady() - blind_since(name));
      for (const auto& interest : services_[name].interests) {
        show(*interest, seen);
      }
    }
  }

  /// Whoever throws keeps no other from seeing; the executor tells of it.
  void show(const Interest& interest, const ServiceObservation& seen) {
    if (!interest.active) return;
    try {
      interest.observer(seen);
    } catch (...) {
      strand_.post([thrown = std::current_exception()] { std::rethrow_exception(thrown); });
    }
  }

  /// Since the first look at it that failed after the last that did not.
  SteadyTime blind_since(const std::string& name) {
    auto& since = services_[name].blind_since;
    if (!since) since = clock_.steady();
    return *since;
  }

  /// Times of observations are compared with each other, to tell how long a state lasts. So they keep the pace of the
  /// monotonic clock, whatever the wall clock is set to meanwhile.
  Time now() const { return begun_ + (clock_.steady() - begun_steady_); }

  const Clock& clock_;
  const Time begun_;
  const SteadyTime begun_steady_;
  Random& random_;
  const Duration interval_;
  Strand strand_;
  ClusterReader reader_;
  std::map<std::string, WatchedService> services_;
  SteadyTime quiet_until_;
  std::optional<SteadyTime> tick_at_;
  std::uint64_t ticks_ = 0;  ///< counts scheduled ticks, so that an overtaken one does nothing
};

class WatchingOne final : public ServicePoller::Watching {
 public:
  explicit WatchingOne(std::function<void()> end) : end_(std::move(end)) {}
  ~WatchingOne() override { end_(); }
  WatchingOne(const WatchingOne&) = delete;
  WatchingOne& operator=(const WatchingOne&) = delete;

 private:
  const std::function<void()> end_;
};

}  // namespace

struct ServicePoller::State {
  struct Entry {
    std::shared_ptr<Group> group;
    int watchers = 0;
  };
  Executor& executor;
  const Clock& clock;
  Random& random;
  const PollerOptions options;
  std::stop_source stop;
  Guarded<std::map<GroupKey, Entry>> groups = {};
};

ServicePoller::ServicePoller(Executor& executor, const Clock& clock, Random& random, PollerOptions options)
    : state_(new State{executor, clock, random, options, {}}) {}

ServicePoller::~ServicePoller() { state_->stop.request_stop(); }

std::unique_ptr<ServicePoller::Watching> ServicePoller::watch(const Client& client, ServiceInterest interest,
                                                              Observer observer) {
  GroupKey key{client.identity(), client.region(), interest.cluster};
  const std::string cluster = interest.cluster;
  const auto watcher = std::make_shared<Interest>(std::move(interest), std::move(observer));
  {
    const auto groups = state_->groups.lock();
    auto& entry = (*groups)[key];
    if (!entry.group) {
      entry.group = std::make_shared<Group>(state_->executor, state_->clock, state_->random, state_->options.interval,
                                            client.with_stop(state_->stop.get_token()), cluster);
    }
    ++entry.watchers;
    entry.group->add(watcher);
  }
  return std::make_unique<WatchingOne>([state = state_, key, watcher] {
    watcher->active = false;
    const auto groups = state->groups.lock();
    const auto at = groups->find(key);
    if (--at->second.watchers == 0) groups->erase(at);
  });
}

}  // namespace slipway::aws
