#include "commands/standing.h"

#include <algorithm>

#include "commands/names.h"
#include "commands/records.h"
#include "planning/tenant_selection.h"
#include "storage/document_lookup.h"

namespace slipway::commands {

ReleaseStandings::ReleaseStandings(storage::Reader& reader, const storage::ReleaseRecord& release)
    : reader_(reader), release_(release) {
  const storage::DocumentLookup lookup(reader);
  const auto project = require<model::Project>(lookup, release.project, "project");
  const auto channel = require<model::Channel>(lookup, release.channel, "channel");
  lifecycle_ = require<model::Lifecycle>(lookup, channel.LifecycleId.value_or(project.LifecycleId), "lifecycle");
  environments_ = model::list<model::Environment>(lookup, release.space);
  for (const model::Environment& environment : environments_) environment_ids_.push_back(environment.Id);
  blocked_ = body_of(release).is_blocked();
}

const model::Environment* ReleaseStandings::find_environment(std::string_view id) const {
  const auto found =
      std::find_if(environments_.begin(), environments_.end(), [&](const auto& e) { return e.Id == id; });
  return found == environments_.end() ? nullptr : &*found;
}

std::string ReleaseStandings::name_of(std::string_view environment) const {
  const model::Environment* found = find_environment(environment);
  return found == nullptr ? std::string(environment) : found->Name;
}

planning::LifecycleProgress ReleaseStandings::progress(const model::Tenant* tenant) const {
  planning::ReleaseStanding standing;
  standing.environments = environment_ids_;
  standing.blocked = blocked_;
  for (std::string& id : storage::environments_reached(reader_, release_.id, tenant == nullptr ? "" : tenant->Id)) {
    standing.reached.insert(std::move(id));
  }
  if (tenant != nullptr) {
    standing.connected.emplace();
    if (const auto* connected = planning::connected_environments(*tenant, release_.project)) {
      standing.connected->insert(connected->begin(), connected->end());
    }
  }
  return {lifecycle_, standing};
}

bool ReleaseStandings::is_urgent(std::string_view environment) const {
  return std::any_of(lifecycle_.Phases.begin(), lifecycle_.Phases.end(), [&](const model::Phase& phase) {
    const auto ids = planning::environments_of(phase);
    return phase.IsPriorityPhase && std::find(ids.begin(), ids.end(), environment) != ids.end();
  });
}

}  // namespace slipway::commands
