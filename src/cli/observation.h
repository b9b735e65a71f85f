// What the running server tells of itself: /metrics, and lines of its log about what is slow.
#pragma once

#include <atomic>
#include <string>

#include "api/services.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/time.h"
#include "storage/database.h"

namespace slipway::cli {

/// Threads: any. The clock and the log outlive it; the database has to once it was given.
class Observation {
 public:
  Observation(const Clock&, const Log&);

  Metrics& metrics() { return metrics_; }
  /// Counts and times requests; a slow one is logged.
  api::RequestObserver requests();
  /// From now on tasks are counted as they change.
  void watch(storage::Database&);
  /// Everything, read anew.
  std::string text();

 private:
  void observe(const net::Request&, const api::Route*, int status, Duration took);
  void read_queue();

  const Clock& clock_;
  const Log& log_;
  Metrics metrics_;
  storage::Database* database_ = nullptr;
  std::atomic<double> queued_{0}, executing_{0}, cancelling_{0}, oldest_seconds_{0}, held_{0}, readable_{0};
};

}  // namespace slipway::cli
