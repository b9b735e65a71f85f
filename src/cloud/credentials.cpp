#include "cloud/credentials.h"

#include <algorithm>
#include <list>
#include <unordered_map>
#include <utility>

#include "base/guarded.h"
#include "base/retry_later.h"

namespace slipway::aws {
namespace {

constexpr Duration kEarliestRefresh = std::chrono::minutes(15);
constexpr Duration kStillUsable = std::chrono::minutes(1);
constexpr Duration kRetryRefresh = std::chrono::seconds(30);
constexpr Duration kRefreshTakes = std::chrono::milliseconds(200);

}  // namespace

CredentialProvider::CredentialProvider(std::unique_ptr<CredentialSource> source, const Clock& clock, Random& random)
    : source_(std::move(source)), clock_(clock), random_(random) {}

/// Refreshed between a quarter and a sixth of the lifetime before its end: 15 to 10 minutes of an hour.
void CredentialProvider::schedule(const CredentialsPtr& fresh, SteadyTime asked) {
  expires_.reset();
  refresh_from_.reset();
  if (!fresh->valid_for) return;
  expires_ = asked + *fresh->valid_for;
  const Duration earliest = std::min(*fresh->valid_for / 4, kEarliestRefresh);
  const auto spread = static_cast<std::uint64_t>(std::max<Duration::rep>(earliest.count() / 3, 0));
  refresh_from_ = *expires_ + (Duration(static_cast<Duration::rep>(random_.below(spread))) - earliest);
}

bool CredentialProvider::usable() const {
  return current_ && !rejected_ && (!expires_ || clock_.steady() + kStillUsable < *expires_);
}

CredentialsPtr CredentialProvider::get(const Deadline& deadline) {
  {
    const Lock lock(mutex_);
    const bool due = refresh_from_ && clock_.steady() >= *refresh_from_;
    if (usable() && (!due || refreshing_)) return current_;
    if (refreshing_) throw RetryLater(kRefreshTakes, "credentials are being fetched", true);
    refreshing_ = true;
  }
  try {
    const SteadyTime asked = clock_.steady();
    return finish_refresh(source_->fetch(deadline), asked);
  } catch (...) {
    const Lock lock(mutex_);
    refreshing_ = false;
    if (!usable()) throw;
    refresh_from_ = clock_.steady() + kRetryRefresh;
    return current_;
  }
}

CredentialsPtr CredentialProvider::finish_refresh(CredentialsPtr fetched, SteadyTime asked) {
  const Lock lock(mutex_);
  refreshing_ = false;
  rejected_ = false;
  current_ = std::move(fetched);
  schedule(current_, asked);
  return current_;
}

void CredentialProvider::reject(const CredentialsPtr& credentials) {
  const Lock lock(mutex_);
  if (credentials == current_) rejected_ = true;
}

struct CredentialCache::State {
  struct Entry {
    std::string identity;
    ProviderPtr provider;
  };
  struct Known {
    std::list<Entry> entries;  // most recently used first
    std::unordered_map<std::string, std::list<Entry>::iterator> by_identity;
  };
  const Clock& clock;
  Random& random;
  const std::size_t capacity;
  Guarded<Known> known = {};
};

CredentialCache::CredentialCache(const Clock& clock, Random& random, std::size_t capacity)
    : state_(new State{clock, random, capacity}) {}
CredentialCache::~CredentialCache() = default;

ProviderPtr CredentialCache::provider(std::unique_ptr<CredentialSource> source) {
  const std::string identity = source->identity();
  const auto all = state_->known.lock();
  auto& [entries, by_identity] = *all;
  if (const auto known = by_identity.find(identity); known != by_identity.end()) {
    entries.splice(entries.begin(), entries, known->second);
    return entries.front().provider;
  }
  entries.push_front(
      {identity, std::make_shared<CredentialProvider>(std::move(source), state_->clock, state_->random)});
  by_identity[identity] = entries.begin();
  if (entries.size() > state_->capacity) {
    by_identity.erase(entries.back().identity);
    entries.pop_back();
  }
  return entries.front().provider;
}

}  // namespace slipway::aws
