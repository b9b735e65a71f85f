#include "api/resources/feed_routes.h"

#include <fmt/format.h>

#include "api/compat/feet_type.h"
#include "api/delivery/delivery_call.h"
#include "api/http/shape.h"
#include "base/describe.h"
#include "base/text.h"
#include "commands/feed_access.h"
#include "language/versions/channel_rule.h"
#include "planning/version_choice.h"
#include "storage/document_lookup.h"

namespace slipway::api {
namespace {

constexpr std::size_t kMostRepositories = 1000;

/// A feed's document, and the feed ready to answer outside of any transaction.
struct OpenedFeed {
  model::Feed document;
  std::shared_ptr<feeds::Feed> feed;  ///< null when this server can't search feeds of its type
};

OpenedFeed opened(Call& call) {
  return call.services.database.read([&](storage::Reader& reader) {
    OpenedFeed opened{addressed<model::Feed>(storage::DocumentLookup(reader), call.space, call.parameter("feed")),
                      nullptr};
    commands::CommandContext context = command_context(call);
    if (context.feeds.knows(opened.document.FeedType))
      opened.feed = commands::open_feed(reader, context, opened.document);
    return opened;
  });
}

std::string text_of(const Call& call, std::string_view parameter) {
  return std::string(call.query.find(parameter).value_or(""));
}

std::string versions_link(const Call& call, const model::Feed& feed, const std::string& package) {
  return fmt::format(
      "{}/feeds/{}/packages/versions?packageId={}{{&take,skip,includePreRelease,versionRange,"
      "preReleaseTag,filter,includeReleaseNotes}}",
      call.space_path(), feed.Id, percent_encode(package));
}

json::object version_document(const model::Feed& feed, const std::string& package,
                              const feeds::PackageVersion& version) {
  return {{"Id", package + "." + version.version},
          {"FeedId", feed.Id},
          {"PackageId", package},
          {"Version", version.version},
          {"Title", nullptr},
          {"Published", version.published ? json::value(to_rfc3339(*version.published)) : json::value(nullptr)},
          {"ReleaseNotes", nullptr},
          {"SizeBytes", version.size_bytes},
          {"Digest", version.digest.empty() ? json::value(nullptr) : json::value(version.digest)},
          {"Links", json::object()}};
}

/// The versions that the query's restrictions leave, newest first.
std::vector<feeds::PackageVersion> wanted_versions(const Call& call, const OpenedFeed& opened,
                                                   const std::string& package) {
  if (opened.feed == nullptr || package.empty()) return {};
  const auto versions = opened.feed->versions(package);
  std::vector<planning::VersionCandidate> candidates;
  for (const feeds::PackageVersion& version : versions) candidates.push_back({version.version, version.published});
  planning::VersionFilter filter;
  filter.format = planning::version_format_of_feed(opened.document.FeedType);
  filter.range = text_of(call, "versionRange");
  filter.tag = text_of(call, "preReleaseTag");
  filter.contains = text_of(call, "filter");
  filter.include_prerelease = !equals_ignoring_case(text_of(call, "includePreRelease"), "false");
  std::vector<feeds::PackageVersion> wanted;
  language::Budget budget(language::kRequestLimits, language::time_of_this_thread);
  for (const std::size_t position : planning::newest_first(candidates, filter, budget)) {
    wanted.push_back(versions[position]);
  }
  return wanted;
}

net::Response versions(Call& call) {
  const OpenedFeed feed = opened(call);
  const std::string package = text_of(call, "packageId");
  const storage::Slice slice = slice_of(call.query);
  return page_of(
      call, "PackageVersion", part_of(wanted_versions(call, feed, package), slice), slice,
      [&](const feeds::PackageVersion& version) { return version_document(feed.document, package, version); });
}

std::vector<feeds::Repository> repositories(const OpenedFeed& feed, const std::string& term) {
  return feed.feed == nullptr ? std::vector<feeds::Repository>{} : feed.feed->search(term, kMostRepositories);
}

net::Response search(Call& call) {
  const OpenedFeed feed = opened(call);
  const storage::Slice slice = slice_of(call.query);
  const auto document = [&](const feeds::Repository& repository) {
    return json::object{
        {"Id", repository.id},
        {"Name", repository.id},
        {"Description", repository.description},
        {"LatestVersion", nullptr},
        {"Links", json::object{{"SearchPackageVersionsTemplate", versions_link(call, feed.document, repository.id)}}}};
  };
  return page_of(call, "PackageDescription", part_of(repositories(feed, text_of(call, "term")), slice), slice,
                 document);
}

/// The older search, a bare array: the versions of one package, newest first, or the packages like a text.
net::Response search_classic(Call& call) {
  const OpenedFeed feed = opened(call);
  const std::string package = text_of(call, "packageId");
  json::array items;
  if (call.asks("partialMatch")) {
    for (const feeds::Repository& repository : repositories(feed, package)) {
      items.push_back(version_document(feed.document, repository.id, {}));
    }
  } else {
    auto wanted = wanted_versions(call, feed, package);
    if (flag_of(call, "includeMultipleVersions") == false && wanted.size() > 1) wanted.resize(1);
    for (const auto& version : part_of(std::move(wanted), slice_of(call.query)).items) {
      items.push_back(version_document(feed.document, package, version));
    }
  }
  return json_response(200, items);
}

/// Keys as the oldest client sends them, in any case.
struct RuleTest {
  std::string Version, VersionRange, PreReleaseTag, FeedType, FeedId;
  std::string FeetType;  ///< see misspelled_feed_type
};
BOOST_DESCRIBE_STRUCT(RuleTest, (), (Version, VersionRange, PreReleaseTag, FeedType, FeedId, FeetType))

net::Response rule_test(Call& call, RuleTest test) {
  if (test.FeedType.empty()) test.FeedType = test.FeetType;
  if (test.FeedType.empty() && !test.FeedId.empty()) {
    const auto feed = call.services.database.read([&](storage::Reader& reader) {
      return model::find_in<model::Feed>(storage::DocumentLookup(reader), call.space, test.FeedId);
    });
    if (!feed) fail_invalid(fmt::format("FeedId: '{}' was not found; give the id of an existing Feed.", test.FeedId));
    test.FeedType = feed->FeedType;
  }
  const auto format = planning::version_format_of_feed(test.FeedType);
  json::array errors;
  language::RuleVerdict verdict;
  try {
    const language::ChannelRule rule({test.VersionRange, test.PreReleaseTag, {}}, language::range_format_for(format));
    const auto version = language::try_parse_listed_version(format, trim(test.Version));
    language::Budget budget(language::kRequestLimits, language::time_of_this_thread);
    verdict = rule.judge(version ? *version : language::parse_version(format, test.Version), budget);
  } catch (const Error& error) {
    for (const std::string& detail : error.details()) errors.push_back(json::value(detail));
    if (errors.empty()) errors.push_back(json::value(error.message()));
  }
  return json_response(200, json::object{{"Errors", std::move(errors)},
                                         {"SatisfiesVersionRange", verdict.in_range},
                                         {"SatisfiesPreReleaseTag", verdict.tag_matches}});
}

net::Response rule_test_by_query(Call& call) {
  return rule_test(call, {text_of(call, "version"), text_of(call, "versionRange"), text_of(call, "preReleaseTag"),
                          text_of(call, "feedType"), text_of(call, "feedId"), text_of(call, kMisspelledFeedType)});
}

net::Response rule_test_by_body(Call& call) {
  const auto test = json::from_json<RuleTest>(call.body());
  return rule_test(call, test);
}

/// The link to here must lead somewhere: clients name no reason of their own for a missing address. Looks at no body,
/// since an upload is no JSON.
net::Response refuse_upload(Call&, storage::Reader&) {
  fail_invalid(
      "The built-in feed holds no packages yet: push the package to a registry, and name its feed in the process.");
}

json::object rule_verdict() {
  return shape::object({{"Errors", shape::list_of(shape::text())},
                        {"SatisfiesVersionRange", shape::flag()},
                        {"SatisfiesPreReleaseTag", shape::flag()}});
}

}  // namespace

std::vector<Route> feed_routes() {
  return {
      Route{"POST", "packages/raw", "BuiltInFeedPush", "Refuses an upload with what to do instead.", refuse_upload}
          .takes(shape::anything())
          .answers(shape::nothing())
          .linked("PackageUpload"),
      Route{"GET", "feeds/{feed}/packages/versions", "FeedView", "Lists a package's versions, newest first.",
            OutwardHandler{versions}}
          .with_query(paged({{"packageId"},
                             {"versionRange"},
                             {"preReleaseTag"},
                             {"filter"},
                             {"includePreRelease", QueryKind::flag},
                             {"includeReleaseNotes", QueryKind::flag}}))
          .answers(shape::page_of("PackageVersion")),
      Route{"GET", "feeds/{feed}/packages/search", "FeedView", "Lists the packages whose id contains a text.",
            OutwardHandler{search}}
          .with_query(paged({{"term"}}))
          .answers(shape::page_of("PackageDescription")),
      Route{"GET", "feeds/{feed}/packages", "FeedView", "Versions of a package as a bare array, newest first.",
            OutwardHandler{search_classic}}
          .with_query(paged({{"packageId"},
                             {"versionRange"},
                             {"preReleaseTag"},
                             {"filter"},
                             {"includePreRelease", QueryKind::flag},
                             {"partialMatch", QueryKind::flag},
                             {"includeMultipleVersions", QueryKind::flag},
                             {"includeNotes", QueryKind::flag}}))
          .answers(shape::list_of("PackageVersion")),
      Route{"GET", "channels/rule-test", "ProcessView", "Says whether a version satisfies a channel rule.",
            rule_test_by_query}
          .with_query({{"version"},
                       {"versionRange"},
                       {"preReleaseTag"},
                       {"feedType"},
                       {std::string(kMisspelledFeedType)},
                       {"feedId"}})
          .answers(rule_verdict())
          .linked("VersionRuleTest"),
      Route{"POST", "channels/rule-test", "ProcessView", "Says whether a version satisfies a channel rule.",
            rule_test_by_body}
          .takes(shape::of<RuleTest>())
          .answers(rule_verdict(), {200}),
  };
}

}  // namespace slipway::api
