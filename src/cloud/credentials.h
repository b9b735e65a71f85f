// What signs a call, and the cache that keeps it fresh.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/deadline.h"
#include "base/mutex.h"
#include "base/random.h"
#include "base/secret.h"
#include "base/time.h"

namespace slipway::aws {

struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;               ///< empty for long-term keys
  std::optional<Duration> valid_for;  ///< from when they were fetched; absent: they do not expire
};
using CredentialsPtr = std::shared_ptr<const Credentials>;

/// Where credentials come from. Threads: one at a time (the provider sees to it).
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  /// Equal for sources that give the same access, different otherwise. Holds no secret; may be logged.
  virtual std::string identity() const = 0;
  /// The account whose rate limits the calls count against, as far as it is known beforehand; else the identity.
  virtual std::string account() const { return identity(); }
  /// Throws AwsError, Error{unauthenticated} when there are none, or RetryLater.
  virtual CredentialsPtr fetch(const Deadline&) = 0;
};

/// Caches one source. Refreshes before expiry (10 to 15 minutes for an hour's session, so that many servers do not do
/// it at once), one thread at a time; the others go on with what there is, or park. Time is measured by the steady
/// clock: the wall clock may be wrong, and set right at any moment. Threads: any.
class CredentialProvider {
 public:
  CredentialProvider(std::unique_ptr<CredentialSource> source, const Clock& clock, Random& random);

  /// Throws what the source throws, unless credentials that are still valid can serve.
  CredentialsPtr get(const Deadline&);
  /// AWS says that these have expired: the next get() fetches new ones. Others than the present ones are ignored.
  void reject(const CredentialsPtr& credentials);

  std::string identity() const { return source_->identity(); }
  std::string account() const { return source_->account(); }

 private:
  void schedule(const CredentialsPtr& fresh, SteadyTime asked) SLIPWAY_REQUIRES(mutex_);
  bool usable() const SLIPWAY_REQUIRES(mutex_);
  CredentialsPtr finish_refresh(CredentialsPtr fetched, SteadyTime asked);

  const std::unique_ptr<CredentialSource> source_;
  const Clock& clock_;
  Random& random_;
  Mutex mutex_;
  CredentialsPtr current_ SLIPWAY_GUARDED_BY(mutex_);
  std::optional<SteadyTime> expires_ SLIPWAY_GUARDED_BY(mutex_);       // current_; absent: never
  std::optional<SteadyTime> refresh_from_ SLIPWAY_GUARDED_BY(mutex_);  // when current_ is due; absent: never
  bool rejected_ SLIPWAY_GUARDED_BY(mutex_) = false;
  bool refreshing_ SLIPWAY_GUARDED_BY(mutex_) = false;
};
using ProviderPtr = std::shared_ptr<CredentialProvider>;

/// Shares providers by identity, so that a thousand watches of one role make one session. Keeps the most recently used
/// ones. Threads: any.
class CredentialCache {
 public:
  CredentialCache(const Clock& clock, Random& random, std::size_t capacity = 4096);
  ~CredentialCache();
  ProviderPtr provider(std::unique_ptr<CredentialSource> source);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace slipway::aws
