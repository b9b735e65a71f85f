#include "feeds/ecr_feed.h"

#include <fmt/format.h>

#include "base/park.h"
#include "base/text.h"
#include "cloud/ecr.h"

namespace slipway::feeds {
namespace {

/// "https://1234.dkr.ecr.eu-west-1.amazonaws.com" → the host, as images are named by it.
std::string host_of(std::string_view endpoint) {
  if (const auto scheme = endpoint.find("://"); scheme != std::string_view::npos) endpoint.remove_prefix(scheme + 3);
  return std::string(endpoint.substr(0, endpoint.find('/')));
}

class EcrFeed final : public Feed {
 public:
  EcrFeed(std::string name, aws::Client client) : name_(std::move(name)), client_(std::move(client)) {}

  std::vector<Repository> search(std::string_view term, std::size_t limit) override {
    const std::string wanted = to_lower_ascii(term);
    std::vector<Repository> found;
    for (const auto& repository : ask([&] { return aws::ecr::describe_repositories(client_, ""); })) {
      if (found.size() == limit) break;
      if (to_lower_ascii(repository.name).find(wanted) != std::string::npos) found.push_back({repository.name, ""});
    }
    return found;
  }

  std::vector<PackageVersion> versions(std::string_view package_id) override {
    std::vector<PackageVersion> all;
    for (const auto& image : ask([&] { return aws::ecr::list_images(client_, "", package_id); })) {
      for (const std::string& tag : image.tags) all.push_back({tag, image.digest, image.pushed_at, 0});
    }
    return all;
  }

  std::optional<PackageVersion> find(std::string_view package_id, std::string_view version) override {
    const auto image = ask([&] { return aws::ecr::find_image(client_, "", package_id, version); });
    if (!image) return std::nullopt;
    return PackageVersion{std::string(version), image->digest, image->pushed_at, 0};
  }

  std::string registry() override {
    if (registry_.empty()) registry_ = host_of(ask([&] { return aws::ecr::get_login(client_); }).endpoint);
    return registry_;
  }

 private:
  /// What AWS refuses is the caller's to mend; what it doesn't answer may be tried again.
  template <class Call>
  auto ask(Call call) -> decltype(call()) {
    try {
      return call();
    } catch (const aws::AwsError& error) {
      const bool try_again = error.kind() == aws::FailureKind::throttled || error.kind() == aws::FailureKind::transient;
      fail(try_again ? ErrorCode::unavailable : ErrorCode::invalid, sentence(error.message()));
    } catch (const Error& error) {
      const bool try_again = error.code() == ErrorCode::unavailable;
      fail(try_again ? ErrorCode::unavailable : ErrorCode::invalid, sentence(error.message()));
    } catch (const Park& park) {
      fail(ErrorCode::unavailable, sentence(park.why()));
    }
  }
  std::string sentence(std::string_view why) const {
    return fmt::format("The feed '{}' can't be asked: {}", name_, why);
  }

  const std::string name_;
  const aws::Client client_;
  std::string registry_;
};

}  // namespace

OpenFeed ecr_feeds(aws::Access access) {
  return [access = std::move(access)](const model::Feed& feed, const RevealSecret& reveal) -> std::unique_ptr<Feed> {
    if (feed.Region.empty()) fail_invalid(fmt::format("The feed '{}' has no region; set one.", feed.Name));
    const bool has_keys = !feed.AccessKey.empty() && !feed.UseMachineCredentials;
    auto provider = has_keys ? access.sign_in(feed.AccessKey, reveal(feed.SecretKey)) : access.sign_in({}, {});
    return std::make_unique<EcrFeed>(feed.Name, aws::Client(access.runtime, std::move(provider), feed.Region));
  };
}

}  // namespace slipway::feeds
