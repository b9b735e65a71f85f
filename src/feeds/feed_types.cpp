#include "feeds/feed_types.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"

namespace slipway::feeds {
namespace {

/// A feed whose every question takes a place.
class SharedFeed final : public Feed {
 public:
  SharedFeed(std::unique_ptr<Feed> feed, std::shared_ptr<FairShare> share, const model::Feed& document,
             const Deadline& deadline)
      : feed_(std::move(feed)), share_(std::move(share)), id_(document.Id), name_(document.Name), deadline_(deadline) {}

  std::vector<Repository> search(std::string_view term, std::size_t limit) override {
    const auto place = enter();
    return feed_->search(term, limit);
  }
  std::vector<PackageVersion> versions(std::string_view package_id) override {
    const auto place = enter();
    return feed_->versions(package_id);
  }
  std::optional<PackageVersion> find(std::string_view package_id, std::string_view version) override {
    const auto place = enter();
    return feed_->find(package_id, version);
  }
  std::string registry() override {
    const auto place = enter();
    return feed_->registry();
  }

 private:
  FairShare::Place enter() { return share_->enter(id_, name_, deadline_); }

  const std::unique_ptr<Feed> feed_;
  const std::shared_ptr<FairShare> share_;
  const std::string id_, name_;
  const Deadline deadline_;
};

}  // namespace

std::unique_ptr<Feed> FeedTypes::open(const model::Feed& feed, const RevealSecret& reveal,
                                      const Deadline& deadline) const {
  const auto type = types_.find(feed.FeedType);
  if (type == types_.end()) {
    fail_invalid(fmt::format("The feed '{}' is of type '{}', which this server can't search; name a version instead.",
                             feed.Name, feed.FeedType));
  }
  auto opened = type->second(feed, reveal, deadline);
  if (share_ == nullptr) return opened;
  return std::make_unique<SharedFeed>(std::move(opened), share_, feed, deadline);
}

}  // namespace slipway::feeds
