#include "steps/ecs_service/ending.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace slipway::steps::ecs {
namespace {

/// Nothing but that revision runs.
bool is_all(const std::vector<Running>& runs, const std::string& task_definition) {
  return runs.size() == 1 && runs.front().TaskDefinition == task_definition;
}

}  // namespace

Failure failure_of(const Verdict& verdict) {
  Failure failure;
  failure.findings = verdict.Findings;
  const std::string runs = describe_runs(verdict.Findings.Runs);
  failure.now = fmt::format("{}.", runs);
  switch (verdict.Ending) {
    case Ending::RolledBack:
      failure.ending = fmt::format("Failed (rolled back to {})", short_name(verdict.By));
      failure.now = fmt::format("{}; ECS has gone back to {}.", runs,
                                is_all(verdict.Findings.Runs, verdict.By) ? "it" : verdict.By);
      break;
    case Ending::RollbackFailed:
      failure.ending = "Failed, and the rollback failed too";
      failure.now = fmt::format("the service is at {}; {}.", verdict.By, runs);
      break;
    case Ending::Superseded:
      failure.ending = fmt::format("Failed, superseded by {}", verdict.By);
      failure.now = fmt::format("{}. Nothing was rolled back.", runs);
      break;
    case Ending::Unprovable:
      failure.ending = "Failed: " + verdict.Reason;
      break;
    case Ending::Unobservable:
      failure.ending = "Failed: the rollout cannot be observed";
      failure.now = "the rollout goes on in ECS. What runs is not known; nothing was rolled back.";
      break;
    case Ending::Stopped:
      failure.ending = "Failed: ECS stopped the deployment";
      break;
    default:
      failure.ending = "Failed";
  }
  const bool is_reason = verdict.Ending != Ending::Unprovable;
  const bool by_ecs = verdict.Ending == Ending::RolledBack || verdict.Ending == Ending::RollbackFailed ||
                      verdict.Ending == Ending::Stopped;
  failure.is_told = is_reason && !by_ecs;
  if (is_reason) failure.cause = verdict.Reason;
  if (by_ecs) failure.said_by_ecs = verdict.Reason;
  return failure;
}

std::string why_not_back(std::string why, const std::string& cause, const GivenUp& given_up) {
  const bool is_same = cause.empty() ? why == given_up.why : cause == leading_cause(given_up.findings);
  if (cause.empty() && is_same) return "The same holds this up.";
  why = capitalised(std::move(why));
  if (!why.ends_with('.')) why += '.';
  if (cause.empty()) return why;
  return fmt::format("{} {}", why, is_same ? "The cause is the same." : cause + ".");
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

}  // namespace slipway::steps::ecs
