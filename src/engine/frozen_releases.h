// The frozen documents of recent releases, parsed once: a thousand deployments of one release share them.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>

#include "base/guarded.h"
#include "planning/deployment_context.h"
#include "storage/releases.h"

namespace slipway::engine {

/// Keeps the most recently used ones. Threads: any.
class FrozenReleases {
 public:
  explicit FrozenReleases(std::size_t capacity = 16) : capacity_(capacity) {}
  std::shared_ptr<const planning::FrozenRelease> get(storage::Reader&, const storage::ReleaseRecord&);

 private:
  using Entry = std::pair<std::string, std::shared_ptr<const planning::FrozenRelease>>;
  const std::size_t capacity_;
  Guarded<std::list<Entry>> recent_;  ///< newest first
};

}  // namespace slipway::engine
