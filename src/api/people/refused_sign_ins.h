// Requests whose key is none: counted, and told to the log without flooding it. Nobody is locked out for them: one
// proxy or one NAT may carry everybody, so that an address would lock out the wrong ones. The web server slows the
// connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "base/log.h"
#include "base/time.h"
#include "net/http.h"

namespace slipway::api {

/// Threads: any.
class RefusedSignIns {
 public:
  RefusedSignIns(const Clock& clock, const Log& log) : clock_(clock), log_(log) {}

  /// At most one line in ten seconds, which names the latest sender and how many more there were. Never the key.
  void add(const net::Request&, std::string_view why);
  std::uint64_t count() const { return count_; }

 private:
  const Clock& clock_;
  const Log& log_;
  std::atomic<std::uint64_t> count_ = 0;
  std::mutex mutex_;
  std::optional<SteadyTime> logged_;  // guarded by mutex_
  std::uint64_t told_ = 0;            // guarded by mutex_
};

}  // namespace slipway::api
