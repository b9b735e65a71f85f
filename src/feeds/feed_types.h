// Which feed types this server can ask, and how each is opened.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/deadline.h"
#include "base/secret.h"
#include "feeds/fair_share.h"
#include "feeds/feed.h"
#include "model/resources/packages/feed.h"

namespace slipway::feeds {

/// Reveals a secret member of a feed's document; an empty secret for an unset one. Valid while a feed is opened.
using RevealSecret = std::function<Secret(const model::Value& stored)>;
/// Opens a feed for one request: all that it is asked ends by the deadline.
using OpenFeed = std::function<std::unique_ptr<Feed>(const model::Feed&, const RevealSecret&, const Deadline&)>;

/// Filled once at start; then threads: any.
class FeedTypes {
 public:
  void add(std::string feed_type, OpenFeed open) { types_[std::move(feed_type)] = std::move(open); }
  /// Whether feeds of that type can be asked for their versions.
  bool knows(std::string_view feed_type) const { return types_.contains(feed_type); }
  /// From now on opened feeds are asked by so many at once as that says.
  void share(std::shared_ptr<FairShare> share) { share_ = std::move(share); }
  /// Throws Error{invalid} naming the feed when its type can't be asked.
  std::unique_ptr<Feed> open(const model::Feed&, const RevealSecret&, const Deadline&) const;

 private:
  std::map<std::string, OpenFeed, std::less<>> types_;
  std::shared_ptr<FairShare> share_;  ///< null: as many as ask
};

}  // namespace slipway::feeds
