// What the engine stands on, and its few knobs.
#pragma once

#include <string>

#include "base/executor.h"
#include "base/log.h"
#include "base/time.h"
#include "engine/task_source.h"
#include "storage/database.h"

namespace slipway::engine {

struct EngineOptions {
  std::string node = "node1";
  /// Tasks that may execute at once; those that wait don't count (TSK-4).
  std::size_t task_cap = 64;
  /// Tasks claimed in one write.
  std::size_t claim_batch = 32;
  /// Past this, a call whose answer was lost can no longer take effect: the longest call plus the peer's read lag.
  Duration settle_time = std::chrono::seconds(75);
  /// A unit that could not move for so long, because of limits and peers that don't answer, fails.
  Duration longest_park = std::chrono::minutes(30);
  /// So often in a row a call may go unanswered.
  int most_unanswered_calls = 10;
};

/// References; all outlive the engine.
struct EngineParts {
  storage::Database& database;
  Executor& executor;
  const Clock& clock;
  const Log& log;
  const steps::StepCatalogue& steps;
  TaskSource& source;
  EngineOptions options;
};

}  // namespace slipway::engine
