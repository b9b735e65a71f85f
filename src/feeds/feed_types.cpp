#include "feeds/feed_types.h"

#include <fmt/format.h>

#include "base/error.h"

namespace slipway::feeds {

std::unique_ptr<Feed> FeedTypes::open(const model::Feed& feed, const RevealSecret& reveal,
                                      const Deadline& deadline) const {
  const auto type = types_.find(feed.FeedType);
  if (type == types_.end()) {
    fail_invalid(fmt::format("The feed '{}' is of type '{}', which this server can't search; name a version instead.",
                             feed.Name, feed.FeedType));
  }
  return type->second(feed, reveal, deadline);
}

}  // namespace slipway::feeds
