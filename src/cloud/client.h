// One client for every AWS service: signs, limits, retries, and speaks the JSON 1.1 and Query protocols.
//
// A call ends by its deadline, and never sleeps for more than 100 ms: what would have to wait longer throws RetryLater,
// with whether the call surely had no effect. It throws AwsError for what waiting does not mend.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "base/guarded.h"
#include "base/json.h"
#include "base/random.h"
#include "base/time.h"
#include "cloud/credentials.h"
#include "cloud/endpoints.h"
#include "cloud/error.h"
#include "cloud/operation.h"
#include "cloud/rate_limiter.h"
#include "cloud/xml.h"
#include "net/http_client.h"

namespace slipway::aws {

/// How far each endpoint's clock is ahead of ours, as its answers say. Threads: any.
class ClockSkews {
 public:
  Duration of(const std::string& endpoint) const;
  void set(const std::string& endpoint, Duration ahead);

 private:
  Guarded<std::map<std::string, Duration>> skews_;
};

/// Endpoints that have answered since the server started. Threads: any.
class ReachedEndpoints {
 public:
  bool contains(const std::string& endpoint) const;
  void add(const std::string& endpoint);

 private:
  Guarded<std::set<std::string>> endpoints_;
};

/// What all clients share; outlives them. Threads: any.
struct Runtime {
  net::HttpClient& http;
  const Clock& clock;
  Random& random;
  Endpoints endpoints;
  RateLimiter limiter;
  ClockSkews skews;
  ReachedEndpoints reached;
  /// Waits: a client up to 100 ms, whoever owns the thread as long as it likes. A simulation moves its clock instead.
  std::function<void(Duration)> pause;

  Runtime(net::HttpClient& http, const Clock& clock, Random& random, Endpoints endpoints = {}, RateLimits limits = {});
};

/// How long one call may take, its retries and a sign-in on the way included, where a unit of work makes it. After
/// that, and a little more, a call whose answer was lost can't take effect any more (EngineOptions::settle_time).
inline const CallTime kEachCall = CallTime::each(std::chrono::seconds(60));

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

/// Calls as one identity in one region. A value: cheap to copy. Threads: any.
class Client {
 public:
  Client(Runtime& runtime, ProviderPtr provider, std::string region, CallTime time, std::stop_token stop = {});

  /// JSON 1.1. Members that are null are not sent. An answer without what the operation's always has is a lost one.
  /// `size`, if given, gets the answer's bytes.
  json::object call(const Operation&, const json::object& input, std::size_t* size = nullptr) const;
  /// Query: `Action` and `Version` are added. The answer's root element.
  XmlElement query(const Operation&, const QueryParameters&) const;

  const std::string& region() const { return region_; }
  std::string identity() const { return provider_->identity(); }
  Runtime& runtime() const { return *runtime_; }
  Client with_stop(std::stop_token stop) const { return {*runtime_, provider_, region_, time_, std::move(stop)}; }
  /// The deadline of what begins now: of one call, or of a sequence such as the pages of a list.
  Deadline begin() const { return time_.begin(runtime_->clock); }
  /// One whose calls all end by the deadline. Copies of a sequence stay in it.
  Client within(const Deadline&) const;
  /// For reads that follow from one another, and that start over from the first when one parks: once one of them has
  /// had its turn, the rest overdraw the rate limit. Otherwise many such sequences would spend all turns on their first
  /// reads, and none would ever come to its end. Copies belong to the same sequence.
  Client in_sequence() const;

 private:
  using ReadError = ErrorBody (*)(const net::ClientResponse&);
  struct Attempts;
  net::ClientResponse send(const Operation&, const net::ClientRequest&, ReadError) const;
  net::ClientResponse send_once(const Operation&, net::ClientRequest, ReadError, Attempts&, const Deadline&) const;
  std::unique_ptr<RateLimiter::Slot> enter() const;
  void take_turn(const Operation&) const;
  void recover(const Operation&, const AwsError&, Attempts&) const;
  bool may_repeat(const Operation&, const Attempts&, FailureKind) const;
  bool correct_clock(const std::string& endpoint, const net::ClientResponse&, Duration used) const;
  void wait_or_park(Duration, const std::string& why, bool nothing_happened) const;
  Bucket bucket(const Operation&) const;
  Failure failure(const Operation&) const;
  [[noreturn]] void unreadable(const Operation&, const Error&) const;

  Runtime* runtime_;
  ProviderPtr provider_;
  std::string region_;
  CallTime time_;
  std::stop_token stop_;
  std::shared_ptr<std::atomic<bool>> sequence_began_;  ///< null outside a sequence
};

}  // namespace slipway::aws
