// Whether a release's lifecycle has automatic environments (LIF-5), which each deployment that succeeds asks: parsing
// project, channel and lifecycle each time took a fifth of the database writer's time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "storage/releases.h"
#include "views/release_progress.h"

namespace slipway::engine {

/// Remembers the answer for as long as the documents that it follows from keep their revisions. Threads: any.
class AutomaticLifecycles {
 public:
  explicit AutomaticLifecycles(std::size_t capacity = 1024) : capacity_(capacity) {}
  /// As the transaction sees it; what it teaches is forgotten if it rolls back. Throws as
  /// views::deploys_automatically does.
  bool is_automatic(storage::Txn&, const storage::ReleaseRecord&);

 private:
  struct Answer {
    bool any = false;
    std::vector<std::pair<std::string, std::int64_t>> revisions;  ///< of the documents that decided
  };
  using Key = std::pair<std::string, std::string>;  ///< project and channel
  void remember(storage::Txn&, const Key&, const views::Automatic&) SLIPWAY_REQUIRES(mutex_);

  const std::size_t capacity_;
  Mutex mutex_;
  std::map<Key, Answer> answers_ SLIPWAY_GUARDED_BY(mutex_);
};

}  // namespace slipway::engine
