// How a release stands in its lifecycle, read from storage (LIF-1..4, 7, 9; BLK-2).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/channel.h"
#include "model/environment.h"
#include "model/lifecycle.h"
#include "model/project.h"
#include "model/tenant.h"
#include "planning/lifecycle_progress.h"
#include "storage/database.h"
#include "storage/releases.h"

namespace slipway::commands {

/// Made once for a release, asked for many tenants. Lives as long as the reader it was made with.
class ReleaseStandings {
 public:
  ReleaseStandings(storage::Reader&, const storage::ReleaseRecord&);

  const model::Lifecycle& lifecycle() const { return lifecycle_; }
  const std::vector<model::Environment>& environments() const { return environments_; }
  const model::Environment* find_environment(std::string_view id) const;
  std::string name_of(std::string_view environment) const;

  /// For an untenanted deployment: `tenant` null.
  planning::LifecycleProgress progress(const model::Tenant* tenant) const;
  /// Whether tasks for that environment go first (LIF-12).
  bool is_urgent(std::string_view environment) const;

 private:
  storage::Reader& reader_;
  const storage::ReleaseRecord& release_;
  model::Lifecycle lifecycle_;
  std::vector<model::Environment> environments_;
  std::vector<std::string> environment_ids_;
  bool blocked_ = false;
};

}  // namespace slipway::commands
