// Feeds: where packages and images are looked up, by FeedType. Plain values; asking a feed is for src/feeds.
#pragma once

#include <boost/describe.hpp>
#include <string>

#include "model/schema.h"
#include "model/values.h"

namespace slipway::model {

/// Where packages and images come from. Which members count depends on FeedType.
struct Feed {
  static constexpr std::string_view type = "Feed";
  std::string Id, SpaceId, Name, Slug, FeedType;
  std::string FeedUri, Username;
  Value Password;  ///< a secret (owner: the feed's id)
  std::string AccessKey, Region;
  Value SecretKey;
  bool UseMachineCredentials = false;
};
BOOST_DESCRIBE_STRUCT(Feed, (),
                      (Id, SpaceId, Name, Slug, FeedType, FeedUri, Username, Password, AccessKey, Region, SecretKey,
                       UseMachineCredentials))

/// Do feeds of that type hold container images, whose tags a release freezes to what they point to (PKG-4)?
bool holds_images(std::string_view feed_type);

Schema feed_schema();

}  // namespace slipway::model
