// Every feed type that this server can ask. Adding one: its file beside this one, and a line in all_feeds.cpp.
#pragma once

#include "feeds/ecr_feed.h"
#include "feeds/feed_types.h"

namespace slipway::feeds {

FeedTypes all_feeds(aws::Access);

}  // namespace slipway::feeds
