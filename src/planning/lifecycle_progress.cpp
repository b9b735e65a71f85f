#include "planning/lifecycle_progress.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace slipway::planning {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

/// The phases with the environments that they really stand for (LIF-9): without phases, one for each environment; an
/// empty phase means whatever no earlier phase names.
std::vector<model::Phase> spelled_out(const model::Lifecycle& lifecycle, const std::vector<std::string>& environments) {
  std::vector<model::Phase> phases = lifecycle.Phases;
  if (phases.empty()) {
    for (const std::string& environment : environments) {
      model::Phase phase;
      phase.OptionalDeploymentTargets = {environment};
      phases.push_back(std::move(phase));
    }
    return phases;
  }
  std::set<std::string, std::less<>> named;
  for (model::Phase& phase : phases) {
    if (environments_of(phase).empty()) {
      for (const std::string& environment : environments) {
        if (!named.contains(environment)) phase.OptionalDeploymentTargets.push_back(environment);
      }
    }
    for (const std::string& environment : environments_of(phase)) named.insert(environment);
  }
  return phases;
}

void keep_only(std::vector<std::string>& environments, const std::set<std::string, std::less<>>& wanted) {
  std::erase_if(environments, [&](const std::string& id) { return !wanted.contains(id); });
}

}  // namespace

std::vector<std::string> environments_of(const model::Phase& phase) {
  std::vector<std::string> all = phase.AutomaticDeploymentTargets;
  all.insert(all.end(), phase.OptionalDeploymentTargets.begin(), phase.OptionalDeploymentTargets.end());
  return all;
}

LifecycleProgress::LifecycleProgress(const model::Lifecycle& lifecycle, const ReleaseHistory& history)
    : lifecycle_(lifecycle.Name) {
  bool open = true, all_complete = true;
  for (model::Phase& phase : spelled_out(lifecycle, history.environments)) {
    if (history.connected) {
      keep_only(phase.AutomaticDeploymentTargets, *history.connected);
      keep_only(phase.OptionalDeploymentTargets, *history.connected);
    }
    const std::vector<std::string> environments = environments_of(phase);
    if (environments.empty()) continue;  // LIF-7: a phase with none of the tenant's environments is no hurdle

    const auto all = static_cast<std::int64_t>(environments.size());
    const std::int64_t minimum = phase.MinimumEnvironmentsBeforePromotion;
    const std::int64_t required = minimum <= 0 ? all : std::min(minimum, all);
    const std::int64_t reached = std::count_if(environments.begin(), environments.end(),
                                               [&](const std::string& id) { return history.reached.contains(id); });
    const bool complete = reached >= required;
    const bool blocked = history.blocked && !phases_.empty() && reached == 0;  // BLK-2: the first phase stays usable

    const Progress progress = !open || blocked ? Progress::Pending : complete ? Progress::Complete : Progress::Current;
    if (progress == Progress::Current) {
      for (const std::string& id : environments) {
        if (!history.reached.contains(id)) next_.push_back(id);
      }
      if (!phase.IsOptionalPhase) next_required_ = required - reached;
    }
    if (all_complete && !blocked) {  // BLK-2
      for (const std::string& id : phase.AutomaticDeploymentTargets) {
        if (!history.reached.contains(id)) automatic_.push_back(id);
      }
    }
    all_complete = all_complete && complete;
    open = open && (complete || phase.IsOptionalPhase);  // LIF-2, LIF-4
    phases_.push_back({std::move(phase), progress, blocked, required});
  }
}

bool LifecycleProgress::allows(std::string_view environment) const {
  return std::any_of(phases_.begin(), phases_.end(), [&](const PhaseProgress& p) {
    return p.progress != Progress::Pending && contains(environments_of(p.phase), environment);  // LIF-3
  });
}

std::vector<std::string> LifecycleProgress::allowed() const {
  std::vector<std::string> out;
  for (const PhaseProgress& p : phases_) {
    if (p.progress == Progress::Pending) continue;
    for (std::string& id : environments_of(p.phase)) out.push_back(std::move(id));
  }
  return out;
}

std::optional<std::string> LifecycleProgress::refusal(std::string_view environment, const NameOf& name_of) const {
  if (allows(environment)) return std::nullopt;
  const auto label = [&](const PhaseProgress& p) {
    return p.phase.Name.empty() ? name_of(environments_of(p.phase).front()) : p.phase.Name;
  };
  const auto phase = std::find_if(phases_.begin(), phases_.end(), [&](const PhaseProgress& p) {
    return contains(environments_of(p.phase), environment);
  });
  if (phase == phases_.end()) return fmt::format("it is in no phase of the lifecycle '{}'", lifecycle_);
  if (phase->blocked)
    return fmt::format("the release is blocked by an unresolved defect, which closes phase '{}'", label(*phase));
  // The hurdle is the last open phase before it that has not been passed.
  for (auto before = std::make_reverse_iterator(phase); before != phases_.rend(); ++before) {
    if (before->progress != Progress::Current || before->phase.IsOptionalPhase) continue;
    std::vector<std::string> names;
    for (const std::string& id : environments_of(before->phase)) names.push_back("'" + name_of(id) + "'");
    return fmt::format("phase '{}' first needs {} of {} to succeed", label(*before), before->required,
                       fmt::join(names, ", "));
  }
  return fmt::format("phase '{}' of the lifecycle '{}' is not open yet", label(*phase), lifecycle_);
}

}  // namespace slipway::planning
