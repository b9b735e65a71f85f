#include "feeds/all_feeds.h"

#include "feeds/builtin_feed.h"

namespace slipway::feeds {

FeedTypes all_feeds(aws::Access aws) {
  FeedTypes types;
  types.add("BuiltIn", [](const model::Feed&, const RevealSecret&) { return open_builtin_feed(); });
  types.add("AwsElasticContainerRegistry", ecr_feeds(std::move(aws)));
  return types;
}

}  // namespace slipway::feeds
