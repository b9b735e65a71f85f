// Units that wait for a lock which another holds.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/unit_run.h"

namespace slipway::engine {

/// Threads: one at a time.
class LockWaiters {
 public:
  /// The lock may have been freed between the unit's try and now, so the unit tries once more at once.
  void add(const std::string& lock, const std::weak_ptr<UnitRun>&);
  /// All that wait for it try again.
  void freed(const std::string& lock);

 private:
  std::map<std::string, std::vector<std::weak_ptr<UnitRun>>> waiters_;
};

}  // namespace slipway::engine
