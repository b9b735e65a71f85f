#include "engine/task_notes.h"

#include <algorithm>
#include <chrono>

namespace slipway::engine {

void note_start(const Log& log, const storage::TaskRecord& task) {
  log.info("task started", {{"task", task.id},
                            {"what", task.description},
                            {"space", task.space},
                            {"project", task.project},
                            {"environment", task.environment},
                            {"tenant", task.tenant}});
}

void note_end(const Log& log, const storage::TaskRecord& task) {
  const Duration took =
      task.started && task.completed ? std::max(*task.completed - *task.started, Duration(0)) : Duration(0);
  const bool is_trouble = task.state == storage::TaskState::Failed || task.state == storage::TaskState::TimedOut;
  const auto say = is_trouble ? &Log::warning : &Log::info;
  (log.*say)("task ended", {{"task", task.id},
                            {"state", storage::to_string(task.state)},
                            {"what", task.description},
                            {"space", task.space},
                            {"project", task.project},
                            {"environment", task.environment},
                            {"tenant", task.tenant},
                            {"seconds", std::chrono::duration<double>(took).count()},
                            {"error", task.error}});
}

}  // namespace slipway::engine
