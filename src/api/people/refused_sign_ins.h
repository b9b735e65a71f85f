// Requests whose key is none: counted, and told to the log without flooding it. Nobody is locked out for them: one
// proxy or one NAT may carry everybody, so that an address would lock out the wrong ones. The web server slows the
// connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/guarded.h"
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
  struct LastLine {
    std::optional<SteadyTime> at;
    std::uint64_t count = 0;  ///< how many there had been by then
  };
  Guarded<LastLine> last_line_;
};

}  // namespace slipway::api
