// The engine: takes queued tasks, runs their plans durably, and goes on with what a crash interrupted.
//
// Nothing here polls the database: new tasks, cancellations and freed locks arrive on its stream of changes.
#pragma once

#include <memory>

#include "engine/options.h"

namespace slipway::engine {

/// Threads: any. Uses only the executor's threads.
class Engine {
 public:
  explicit Engine(EngineParts);
  ~Engine();

  /// Begins to work: takes over what an earlier process left executing and loads the queue, as soon as the database
  /// takes writes. `installation` is this data's own id, the same at every start: with it, what a unit marks in the
  /// outside world is told from what another server's units mark. While the queue is held (storage/queue_hold.h)
  /// nothing is claimed, and nothing taken over either when the hold says so; the release makes up for it.
  void start(std::string installation);
  /// Claims nothing more, and drops every run where it stands: the next start goes on from there (TSK-10).
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace slipway::engine
