#include "steps/ecs_service/stopped_task.h"

#include <algorithm>
#include <array>

namespace slipway::steps::ecs {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// What AWS says of a task that it found no place for.
bool lacks_room(std::string_view reason) {
  static constexpr std::array<std::string_view, 3> said = {"RESOURCE:", "Capacity is unavailable",
                                                           "unable to place a task"};
  return std::any_of(said.begin(), said.end(), [&](std::string_view part) { return contains(reason, part); });
}

}  // namespace

StopKind kind_of(const aws::StoppedTask& task) {
  if (task.StopCode == "ServiceSchedulerInitiated") {
    return contains(task.Reason, "health check") ? StopKind::unhealthy : StopKind::replaced;
  }
  static constexpr std::array<std::string_view, 4> interruptions = {"UserInitiated", "SpotInterruption",
                                                                    "TerminationNotice", "InfrastructureHealth"};
  if (std::find(interruptions.begin(), interruptions.end(), task.StopCode) != interruptions.end()) {
    return StopKind::interrupted;
  }
  if (task.Ran) return StopKind::exited;
  return lacks_room(task.Reason) ? StopKind::no_room : StopKind::never_ran;
}

bool is_failure(StopKind kind) {
  return kind == StopKind::never_ran || kind == StopKind::unhealthy || kind == StopKind::exited;
}

std::string cause_of(const aws::StoppedTask& task) {
  std::string cause = task.Reason.empty() ? task.StopCode : task.Reason;
  for (const auto& container : task.Containers) {
    if (task.Reason.empty() || !contains(container, task.Reason)) cause += "; " + container;
  }
  return cause;
}

}  // namespace slipway::steps::ecs
