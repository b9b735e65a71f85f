// Takes what was deleted with a long history out of the database, slice by slice, while others work.
#pragma once

#include <memory>

#include "base/executor.h"
#include "base/log.h"
#include "base/time.h"
#include "storage/database.h"
#include "storage/secrets.h"

namespace slipway::documents {

/// Between two slices it rests for so many times as long as the last one took that it takes a twenty-fifth of the
/// writer's time: a history of 100,000 deployments takes it some minutes.
/// What an earlier process began goes on. Threads: any; its jobs run one after the other.
class ErasureSweep {
 public:
  /// What it works with. The references outlive its jobs.
  struct Parts {
    storage::Database& database;
    storage::Vault& vault;
    Executor& executor;
    const Clock& clock;
    const Log& log;
  };
  explicit ErasureSweep(const Parts&);
  ~ErasureSweep();

  void start();
  /// No slice begins any more.
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace slipway::documents
