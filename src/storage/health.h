// How the database is doing, as a caller that can't wait wants to know it: told by a write that is tried now and then.
#pragma once

#include <chrono>
#include <condition_variable>
#include <optional>
#include <string>
#include <thread>

#include "base/guarded.h"
#include "base/log.h"
#include "base/time.h"
#include "storage/database.h"

namespace slipway::storage {

struct Health {
  Trouble trouble = Trouble::none;
  std::string reason = {};  ///< what ails it and what to do, as a sentence; empty when nothing does
};

/// Tries a write of its own row, reads it back, and looks whether the file is still in its place. Takes as long as the
/// disk does.
Health try_database(Database&, Time now);

/// Tries a database every few seconds, on a thread of its own. Threads: any.
class HealthWatch {
 public:
  struct Options {
    Duration pause = std::chrono::seconds(5);      ///< between two tries
    Duration patience = std::chrono::seconds(10);  ///< a try that takes longer finds the disk frozen
  };
  HealthWatch(Database&, const Clock&, const Log&, Options);
  ~HealthWatch();
  HealthWatch(const HealthWatch&) = delete;
  HealthWatch& operator=(const HealthWatch&) = delete;

  /// As the last try found it, or the one that has been under way for too long. Never waits.
  Health now() const;

 private:
  void work();
  void found(const Health&);

  Database& database_;
  const Clock& clock_;
  const Log& log_;
  const Options options_;
  struct Watched {
    bool stopping = false;
    std::optional<SteadyTime> trying_since = {};
    Health last = {};
  };
  Guarded<Watched> watched_;
  std::condition_variable stop_;
  std::thread thread_;
};

}  // namespace slipway::storage
