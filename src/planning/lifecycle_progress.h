// Where a release may go next: the phases of a lifecycle seen from one release and one tenant (LIF-1..4, 7, 9; BLK-2).
// Pure; threads: any.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/resources/delivery/lifecycle.h"

namespace slipway::planning {

/// What progression depends on besides the lifecycle itself.
struct ReleaseHistory {
  std::vector<std::string> environments;       ///< every environment of the space, in its order (OBJ-3)
  std::set<std::string, std::less<>> reached;  ///< where this release has succeeded for this tenant (LIF-2)
  /// Environments that the tenant is connected to; nullopt for an untenanted deployment (LIF-7).
  std::optional<std::set<std::string, std::less<>>> connected;
  bool blocked = false;  ///< an unresolved defect prevents progression (BLK-1)
};

/// Spelled as clients read it.
enum class Progress { Pending, Current, Complete };
BOOST_DESCRIBE_ENUM(Progress, Pending, Current, Complete)

struct PhaseProgress {
  model::Phase phase;  ///< with the environments that it really stands for
  Progress progress = Progress::Pending;
  bool blocked = false;
  std::int64_t required = 0;  ///< successes that open the next phase
};

class LifecycleProgress {
 public:
  LifecycleProgress(const model::Lifecycle&, const ReleaseHistory&);

  const std::vector<PhaseProgress>& phases() const { return phases_; }
  /// Environments to go to next: those of the current phases where the release has not succeeded yet.
  const std::vector<std::string>& next() const { return next_; }
  /// How many of them it takes to open the phase after.
  std::int64_t next_required() const { return next_required_; }
  /// Automatic environments whose turn has come and where the release has not succeeded yet (LIF-5). A phase that is
  /// open only because optional ones before it may be skipped waits for a person (LIF-4).
  const std::vector<std::string>& automatic() const { return automatic_; }
  bool allows(std::string_view environment) const;
  /// Every environment that a deployment may go to now, in the lifecycle's order.
  std::vector<std::string> allowed() const;

  using NameOf = std::function<std::string(std::string_view id)>;
  /// Why `environment` is closed, as the second half of a sentence; nullopt when it is open.
  std::optional<std::string> refusal(std::string_view environment, const NameOf& name_of) const;

 private:
  std::string lifecycle_;
  std::vector<PhaseProgress> phases_;
  std::vector<std::string> next_, automatic_;
  std::int64_t next_required_ = 0;
};

/// Automatic and manual environments of a phase, in that order.
std::vector<std::string> environments_of(const model::Phase&);

}  // namespace slipway::planning
