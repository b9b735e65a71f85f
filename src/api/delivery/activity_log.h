// A task's log as the tree that clients show: the task, its steps, and below each step the nodes that carry log lines,
// because clients print a step's children alone. Ids are stable: they are made of task, step and unit numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "planning/plan.h"
#include "storage/journal.h"
#include "storage/task_log.h"
#include "storage/tasks.h"

namespace slipway::api {

struct ActivityInput {
  const storage::TaskRecord& task;
  planning::Plan plan;  ///< empty until the task was planned
  std::vector<storage::UnitRecord> units;
  std::vector<storage::LogLine> lines;
};

/// The root node. Pure.
json::object activity_tree(const ActivityInput&);
/// 0 to 100: units that have ended, of all.
int progress_percentage(const ActivityInput&);
/// The whole log for people, one line a line. Pure.
std::string raw_log(const ActivityInput&);

}  // namespace slipway::api
