// Every feed type that this server can ask. What adding one takes is in docs/code-map.md.
#pragma once

#include <stop_token>

#include "feeds/ecr_feed.h"
#include "feeds/feed_types.h"

namespace slipway::feeds {

/// A stop ends what feeds ask of others, within seconds.
FeedTypes all_feeds(aws::Access, std::stop_token stop = {});

}  // namespace slipway::feeds
