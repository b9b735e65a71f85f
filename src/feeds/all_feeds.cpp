#include "feeds/all_feeds.h"

#include "feeds/builtin_feed.h"

namespace slipway::feeds {

FeedTypes all_feeds(aws::Access aws, std::stop_token stop) {
  FeedTypes types;
  types.add("BuiltIn", [](const model::Feed&, const RevealSecret&, const Deadline&) { return open_builtin_feed(); });
  types.add("AwsElasticContainerRegistry", ecr_feeds(std::move(aws), std::move(stop)));
  return types;
}

}  // namespace slipway::feeds
