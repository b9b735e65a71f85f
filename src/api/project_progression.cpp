#include "api/project_progression.h"

#include "api/delivery_documents.h"
#include "base/describe.h"
#include "commands/records.h"
#include "commands/standing.h"
#include "model/channel.h"
#include "storage/document_lookup.h"
#include "storage/releases.h"

namespace slipway::api {
namespace {

constexpr std::int64_t most_deployments = 1000;

json::object channel_document(const model::Channel& channel) {
  json::object document = json::to_json(channel).get_object();
  document["Links"] = json::object{{"Self", "/api/" + channel.SpaceId + "/channels/" + channel.Id}};
  return document;
}

/// Environment id → its deployments of the release, newest first.
json::object deployments_of(storage::Reader& reader, DeliveryDocuments& documents, const std::string& release) {
  storage::DeploymentFilter filter;
  filter.release = release;
  json::object by_environment;
  for (const auto& deployment : storage::list_deployments(reader, filter, {0, most_deployments}).items) {
    json::value& there = by_environment[deployment.environment];
    const bool is_newest = there.is_null();
    if (is_newest) there = json::array();
    there.as_array().push_back(documents.dashboard_item(deployment, is_newest));
  }
  return by_environment;
}

}  // namespace

json::object project_progression(storage::Reader& reader, const model::Project& project, std::int64_t most, Time now) {
  const storage::DocumentLookup lookup(reader);
  DeliveryDocuments documents(reader, now);
  json::array environments;
  for (const auto& environment : model::list<model::Environment>(lookup, project.SpaceId)) {
    environments.push_back(json::object{{"Id", environment.Id}, {"Name", environment.Name}});
  }
  json::object channel_environments, channels;
  for (const auto& channel : model::list<model::Channel>(lookup, project.Id)) {
    channel_environments[channel.Id] = environments;
    channels[channel.Id] = channel_document(channel);
  }
  storage::ReleaseFilter filter;
  filter.project = project.Id;
  json::array releases;
  for (const storage::ReleaseRecord& release : storage::list_releases(reader, filter, {0, most}).items) {
    const auto progress = commands::ReleaseStandings(reader, release).progress(nullptr);
    const json::value* channel = channels.if_contains(release.channel);
    releases.push_back(json::object{{"Release", documents.release(release)},
                                    {"Channel", channel == nullptr ? json::value(nullptr) : *channel},
                                    {"Deployments", deployments_of(reader, documents, release.id)},
                                    {"NextDeployments", json::to_json(progress.next())},
                                    {"HasUnresolvedDefect", commands::body_of(release).is_blocked()},
                                    {"ReleaseRetentionPeriod", nullptr},
                                    {"TentacleRetentionPeriod", nullptr}});
  }
  return {{"Environments", std::move(environments)},
          {"ChannelEnvironments", std::move(channel_environments)},
          {"Releases", std::move(releases)}};
}

}  // namespace slipway::api
