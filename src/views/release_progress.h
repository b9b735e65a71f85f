// How a release stands in its lifecycle, read from storage (LIF-1..4, 7, 9; BLK-2).
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/resources/delivery/lifecycle.h"
#include "model/resources/infrastructure/environment.h"
#include "model/resources/projects/channel.h"
#include "model/resources/projects/project.h"
#include "model/resources/tenants/tenant.h"
#include "planning/lifecycle_progress.h"
#include "storage/database.h"
#include "storage/releases.h"

namespace slipway::views {

/// Made once for a release, asked for many tenants. Lives as long as the reader it was made with.
class ReleaseProgress {
 public:
  ReleaseProgress(storage::Reader&, const storage::ReleaseRecord&);

  const model::Project& project() const { return project_; }
  const model::Channel& channel() const { return channel_; }
  const model::Lifecycle& lifecycle() const { return lifecycle_; }
  const std::vector<model::Environment>& environments() const { return environments_; }
  const model::Environment* find_environment(std::string_view id) const;
  std::string name_of(std::string_view environment) const;

  /// For an untenanted deployment: `tenant` null.
  planning::LifecycleProgress of(const model::Tenant* tenant) const;
  /// Whether tasks for that environment go first (LIF-12).
  bool is_urgent(std::string_view environment) const;

 private:
  storage::Reader& reader_;
  const storage::ReleaseRecord& release_;
  model::Project project_;
  model::Channel channel_;
  model::Lifecycle lifecycle_;
  std::vector<model::Environment> environments_;
  std::vector<std::string> environment_ids_;
  bool blocked_ = false;
};

/// Where a release goes by itself.
struct AutomaticTarget {
  std::string environment, tenant;  ///< ids; tenant "" = untenanted
  auto operator<=>(const AutomaticTarget&) const = default;
};

/// Whether the release's lifecycle has automatic environments at all.
struct Automatic {
  bool any = false;
  std::vector<std::string> decided_by;  ///< ids of the documents that the answer follows from
};
Automatic deploys_automatically(storage::Reader&, const storage::ReleaseRecord&);
/// Environments whose turn has come, for each tenant that the release is for and, if the project's mode allows, for
/// none (LIF-5, LIF-8). `only`: for that tenant alone ("" = untenanted).
std::vector<AutomaticTarget> automatic_targets(storage::Reader&, const storage::ReleaseRecord&,
                                               const std::optional<std::string>& only = std::nullopt);
/// Those of `now` that were not in `before`.
std::vector<AutomaticTarget> newly_due(const std::vector<AutomaticTarget>& before, std::vector<AutomaticTarget> now);

}  // namespace slipway::views
