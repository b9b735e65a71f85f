// Lifecycles: through which phases a release reaches environments, and what is kept of it (LIF-1 ff). Plain values.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "model/schema.h"

namespace slipway::model {

struct RetentionPolicy {
  std::string Strategy = "Default";  ///< Default, Forever or Count
  std::int64_t QuantityToKeep = 0;
  bool ShouldKeepForever = true;
  std::string Unit = "Items";  ///< Days or Items
};
BOOST_DESCRIBE_STRUCT(RetentionPolicy, (), (Strategy, QuantityToKeep, ShouldKeepForever, Unit))

/// A step on a release's way (LIF-1).
struct Phase {
  std::string Id, Name;
  std::vector<std::string> AutomaticDeploymentTargets, OptionalDeploymentTargets;
  std::int64_t MinimumEnvironmentsBeforePromotion = 0;  ///< 0 = all
  bool IsOptionalPhase = false;
  bool IsPriorityPhase = false;
  std::optional<RetentionPolicy> ReleaseRetentionPolicy;  ///< none = the lifecycle's
};
BOOST_DESCRIBE_STRUCT(Phase, (),
                      (Id, Name, AutomaticDeploymentTargets, OptionalDeploymentTargets,
                       MinimumEnvironmentsBeforePromotion, IsOptionalPhase, IsPriorityPhase, ReleaseRetentionPolicy))

/// The order in which releases reach environments. Without phases: one environment after the other (LIF-9).
struct Lifecycle {
  static constexpr std::string_view type = "Lifecycle";
  std::string Id, SpaceId, Name, Slug, Description;
  std::vector<Phase> Phases;
  RetentionPolicy ReleaseRetentionPolicy;
};
BOOST_DESCRIBE_STRUCT(Lifecycle, (), (Id, SpaceId, Name, Slug, Description, Phases, ReleaseRetentionPolicy))

Schema lifecycle_schema();

}  // namespace slipway::model
