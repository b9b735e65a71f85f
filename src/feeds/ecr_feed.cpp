#include "feeds/ecr_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/guarded.h"
#include "base/retry_later.h"
#include "base/text.h"
#include "cloud/ecr.h"

namespace slipway::feeds {
namespace {

constexpr Duration kRegistryIsKnownFor = std::chrono::hours(1);
constexpr std::size_t kMostRegistries = 1000;

/// "https://1234.dkr.ecr.eu-west-1.amazonaws.com" → the host, as images are named by it.
std::string host_of(std::string_view endpoint) {
  if (const auto scheme = endpoint.find("://"); scheme != std::string_view::npos) endpoint.remove_prefix(scheme + 3);
  return std::string(endpoint.substr(0, endpoint.find('/')));
}

/// The registries of those who asked: one lies with an account for good, but who acts as the machine may move to
/// another account. Threads: any.
class KnownRegistries {
 public:
  using Asker = std::pair<std::string, std::string>;  ///< identity, region

  std::optional<std::string> find(const Asker& asker, SteadyTime now) const {
    const auto registries = registries_.lock();
    const auto known = registries->find(asker);
    return known == registries->end() || known->second.until <= now ? std::nullopt : std::optional(known->second.host);
  }
  void put(const Asker& asker, std::string host, SteadyTime now) {
    const auto registries = registries_.lock();
    if (registries->size() >= kMostRegistries) registries->clear();
    registries->insert_or_assign(asker, Known{std::move(host), now + kRegistryIsKnownFor});
  }

 private:
  struct Known {
    std::string host;
    SteadyTime until;
  };
  Guarded<std::map<Asker, Known>> registries_;
};

class EcrFeed final : public Feed {
 public:
  EcrFeed(std::string name, aws::Client client, std::shared_ptr<KnownRegistries> registries, std::stop_token stop,
          const Deadline& deadline)
      : name_(std::move(name)),
        client_(std::move(client)),
        registries_(std::move(registries)),
        stop_(std::move(stop)),
        deadline_(deadline) {}

  std::vector<Repository> search(std::string_view term, std::size_t limit) override {
    const std::string wanted = to_lower_ascii(term);
    std::vector<Repository> found;
    for (const auto& repository : ask([](const auto& ecr) { return aws::ecr::describe_repositories(ecr, ""); })) {
      if (found.size() == limit) break;
      if (to_lower_ascii(repository.name).find(wanted) != std::string::npos) found.push_back({repository.name, ""});
    }
    return found;
  }

  std::vector<PackageVersion> versions(std::string_view package_id) override {
    std::vector<PackageVersion> all;
    for (const auto& image : ask([&](const auto& ecr) { return aws::ecr::list_images(ecr, "", package_id); })) {
      for (const std::string& tag : image.tags) all.push_back({tag, image.digest, image.pushed_at, 0});
    }
    return all;
  }

  std::optional<PackageVersion> find(std::string_view package_id, std::string_view version) override {
    const auto image = ask([&](const auto& ecr) { return aws::ecr::find_image(ecr, "", package_id, version); });
    if (!image) return std::nullopt;
    return PackageVersion{std::string(version), image->digest, image->pushed_at, 0};
  }

  std::string registry() override {
    const KnownRegistries::Asker asker{client_.identity(), client_.region()};
    if (auto known = registries_->find(asker, now())) return std::move(*known);
    auto host = host_of(ask([](const auto& ecr) { return aws::ecr::get_login(ecr); }).endpoint);
    registries_->put(asker, host, now());
    return host;
  }

 private:
  /// A request can't give its thread away and come again, as a unit can: what would have to wait waits here.
  template <class Call>
  std::invoke_result_t<Call, const aws::Client&> ask(Call call) {
    const aws::Client ecr = client_.in_sequence();
    while (true) {
      try {
        return refused_by_name([&] { return call(ecr); });
      } catch (const RetryLater& park) {
        const bool comes_in_time = park.delay() < deadline_.left();
        if (!park.nothing_happened() || !comes_in_time) fail(ErrorCode::unavailable, sentence(park.why()));
        wait(park.delay());
      }
    }
  }

  /// What AWS refuses is the caller's to mend; what it doesn't answer may be tried again.
  template <class Call>
  auto refused_by_name(Call call) -> decltype(call()) {
    try {
      return call();
    } catch (const aws::AwsError& error) {
      const bool try_again = error.kind() == aws::FailureKind::throttled || error.kind() == aws::FailureKind::transient;
      fail(try_again ? ErrorCode::unavailable : ErrorCode::invalid, sentence(error.message()));
    } catch (const Error& error) {
      const bool try_again = error.code() == ErrorCode::unavailable;
      fail(try_again ? ErrorCode::unavailable : ErrorCode::invalid, sentence(error.message()));
    }
  }
  std::string sentence(std::string_view why) const {
    return fmt::format("The feed '{}' can't be asked: {}", name_, why);
  }
  /// In short pauses, so that a stop is noticed.
  void wait(Duration rest) const {
    constexpr Duration step = std::chrono::milliseconds(500);
    for (; rest > Duration(0); rest -= step) {
      if (stop_.stop_requested()) fail(ErrorCode::unavailable, sentence("the server stops."));
      client_.runtime().pause(std::min(rest, step));
    }
  }
  SteadyTime now() const { return client_.runtime().clock.steady(); }

  const std::string name_;
  const aws::Client client_;
  const std::shared_ptr<KnownRegistries> registries_;
  const std::stop_token stop_;
  const Deadline deadline_;
};

}  // namespace

OpenFeed ecr_feeds(aws::Access access, std::stop_token stop) {
  return [access = std::move(access), stop = std::move(stop), registries = std::make_shared<KnownRegistries>()](
             const model::Feed& feed, const RevealSecret& reveal, const Deadline& deadline) -> std::unique_ptr<Feed> {
    if (feed.Region.empty()) fail_invalid(fmt::format("The feed '{}' has no region; set one.", feed.Name));
    const bool has_keys = !feed.AccessKey.empty() && !feed.UseMachineCredentials;
    auto provider = has_keys ? access.sign_in(feed.AccessKey, reveal(feed.SecretKey)) : access.sign_in({}, {});
    aws::Client client(access.runtime, std::move(provider), feed.Region, CallTime::until(deadline), stop);
    return std::make_unique<EcrFeed>(feed.Name, std::move(client), registries, stop, deadline);
  };
}

}  // namespace slipway::feeds
