// Calls outward, counted by what became of them; trouble is told in the server's log.
#pragma once

#include <map>
#include <string>

#include "base/guarded.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/time.h"
#include "net/http_client.h"

namespace slipway::cli {

/// Says a thing at once, and again at most once a minute with how often it was said meanwhile. Threads: any.
class Repetitions {
 public:
  /// How many were kept back since the last time; nullopt: this one is kept back, too.
  std::optional<std::uint64_t> tell(const std::string& what, SteadyTime now);

 private:
  struct Told {
    SteadyTime at;
    std::uint64_t kept_back = 0;
  };
  Guarded<std::map<std::string, Told>> told_;
};

/// Passes every request on. Threads: any.
class WatchedClient final : public net::HttpClient {
 public:
  WatchedClient(net::HttpClient& inner, Metrics&, const Clock&, const Log&);
  net::ClientResponse send(const net::ClientRequest&, const Deadline&) override;

 private:
  struct Call;
  void count(const Call&, std::string_view outcome);
  void tell(const Call&, std::string_view outcome, int status, std::string_view why);

  net::HttpClient& inner_;
  Metrics& metrics_;
  const Clock& clock_;
  const Log& log_;
  Repetitions repetitions_;
};

}  // namespace slipway::cli
