#include "views/release_progress.h"

#include <algorithm>
#include <set>

#include "model/require.h"
#include "planning/tenant_selection.h"
#include "storage/document_lookup.h"
#include "views/records.h"

namespace slipway::views {

namespace {

model::Lifecycle lifecycle_of(const model::Lookup& lookup, const model::Project& project,
                              const model::Channel& channel) {
  return model::require<model::Lifecycle>(lookup, channel.LifecycleId.value_or(project.LifecycleId), "lifecycle");
}

}  // namespace

ReleaseProgress::ReleaseProgress(storage::Reader& reader, const storage::ReleaseRecord& release)
    : reader_(reader), release_(release) {
  const storage::DocumentLookup lookup(reader);
  project_ = model::require<model::Project>(lookup, release.project, "project");
  channel_ = model::require<model::Channel>(lookup, release.channel, "channel");
  lifecycle_ = lifecycle_of(lookup, project_, channel_);
  environments_ = model::list<model::Environment>(lookup, release.space);
  for (const model::Environment& environment : environments_) environment_ids_.push_back(environment.Id);
  blocked_ = body_of(release).is_blocked();
}

const model::Environment* ReleaseProgress::find_environment(std::string_view id) const {
  const auto found =
      std::find_if(environments_.begin(), environments_.end(), [&](const auto& e) { return e.Id == id; });
  return found == environments_.end() ? nullptr : &*found;
}

std::string ReleaseProgress::name_of(std::string_view environment) const {
  const model::Environment* found = find_environment(environment);
  return found == nullptr ? std::string(environment) : found->Name;
}

planning::LifecycleProgress ReleaseProgress::of(const model::Tenant* tenant) const {
  planning::ReleaseHistory history;
  history.environments = environment_ids_;
  history.blocked = blocked_;
  for (std::string& id : storage::environments_reached(reader_, release_.id, tenant == nullptr ? "" : tenant->Id)) {
    history.reached.insert(std::move(id));
  }
  if (tenant != nullptr) {
    history.connected.emplace();
    if (const auto* connected = planning::connected_environments(*tenant, release_.project)) {
      history.connected->insert(connected->begin(), connected->end());
    }
  }
  return {lifecycle_, history};
}

bool ReleaseProgress::is_urgent(std::string_view environment) const {
  return std::any_of(lifecycle_.Phases.begin(), lifecycle_.Phases.end(), [&](const model::Phase& phase) {
    const auto ids = planning::environments_of(phase);
    return phase.IsPriorityPhase && std::find(ids.begin(), ids.end(), environment) != ids.end();
  });
}

namespace {

bool has_automatic_targets(const model::Lifecycle& lifecycle) {
  return std::any_of(lifecycle.Phases.begin(), lifecycle.Phases.end(),
                     [](const model::Phase& phase) { return !phase.AutomaticDeploymentTargets.empty(); });
}

/// The connected tenants that the channel is for (CHN-9); with `only`, at most that one.
std::vector<model::Tenant> tenants_for(storage::Reader& reader, const storage::ReleaseRecord& release,
                                       const model::Channel& channel, const std::optional<std::string>& only) {
  const storage::DocumentLookup lookup(reader);
  std::vector<model::Tenant> tenants;
  if (!only) {
    tenants = model::list<model::Tenant>(lookup, release.space);
  } else if (auto tenant = model::find<model::Tenant>(lookup, *only)) {
    tenants.push_back(std::move(*tenant));
  }
  std::erase_if(tenants, [&](const model::Tenant& tenant) {
    return tenant.IsDisabled || planning::connected_environments(tenant, release.project) == nullptr ||
           (!channel.TenantTags.empty() && !planning::matches_tags(channel.TenantTags, tenant.TenantTags));
  });
  return tenants;
}

}  // namespace

Automatic deploys_automatically(storage::Reader& reader, const storage::ReleaseRecord& release) {
  const storage::DocumentLookup lookup(reader);
  const auto project = model::require<model::Project>(lookup, release.project, "project");
  const auto channel = model::require<model::Channel>(lookup, release.channel, "channel");
  const auto lifecycle = lifecycle_of(lookup, project, channel);
  return {has_automatic_targets(lifecycle), {project.Id, channel.Id, lifecycle.Id}};
}

std::vector<AutomaticTarget> automatic_targets(storage::Reader& reader, const storage::ReleaseRecord& release,
                                               const std::optional<std::string>& only) {
  const ReleaseProgress progress(reader, release);
  std::vector<AutomaticTarget> targets;
  if (progress.project().IsDisabled || !has_automatic_targets(progress.lifecycle())) return targets;
  const auto add = [&](const model::Tenant* tenant) {
    const planning::LifecycleProgress path = progress.of(tenant);
    for (const std::string& environment : path.automatic()) {
      targets.push_back({environment, tenant == nullptr ? "" : tenant->Id});
    }
  };
  const auto mode = progress.project().TenantedDeploymentMode;
  if (mode != model::TenantedMode::Tenanted && only.value_or("").empty()) add(nullptr);
  if (mode == model::TenantedMode::Untenanted || only == "") return targets;
  for (const model::Tenant& tenant : tenants_for(reader, release, progress.channel(), only)) add(&tenant);
  return targets;
}

std::vector<AutomaticTarget> newly_due(const std::vector<AutomaticTarget>& before, std::vector<AutomaticTarget> now) {
  const std::set<AutomaticTarget> known(before.begin(), before.end());
  std::erase_if(now, [&](const AutomaticTarget& target) { return known.contains(target); });
  return now;
}

}  // namespace slipway::views
