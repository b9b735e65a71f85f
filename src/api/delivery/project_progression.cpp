#include "api/delivery/project_progression.h"

#include <algorithm>
#include <set>

#include "api/delivery/delivery_documents.h"
#include "base/describe.h"
#include "model/resources/delivery/lifecycle.h"
#include "model/resources/infrastructure/environment.h"
#include "model/resources/projects/channel.h"
#include "planning/lifecycle_progress.h"
#include "storage/document_lookup.h"
#include "storage/releases.h"
#include "views/records.h"
#include "views/release_progress.h"

namespace slipway::api {
namespace {

constexpr std::int64_t kMostDeployments = 1000;

json::object channel_document(const model::Channel& channel) {
  json::object document = json::to_json(channel).get_object();
  document["Links"] = json::object{{"Self", "/api/" + channel.SpaceId + "/channels/" + channel.Id}};
  return document;
}

/// Environment id → its deployments of the release, newest first.
json::object deployments_of(storage::Reader& reader, DeliveryDocuments& documents, const std::string& release,
                            const std::vector<storage::CurrentState>& states) {
  storage::DeploymentFilter filter;
  filter.release = release;
  json::object by_environment;
  for (const auto& deployment : storage::list_deployments(reader, filter, {0, kMostDeployments}).items) {
    const auto state = std::find_if(states.begin(), states.end(), [&](const storage::CurrentState& s) {
      return s.environment == deployment.environment && s.tenant == deployment.tenant;
    });
    json::value& there = by_environment[deployment.environment];
    if (there.is_null()) there = json::array();
    there.as_array().push_back(documents.dashboard_item(
        deployment, state == states.end() ? Standing::attempt : standing_of(deployment, *state)));
  }
  return by_environment;
}

/// The environments that the channel's lifecycle leads through, in the space's order.
json::array environments_of(const storage::DocumentLookup& lookup, const model::Project& project,
                            const model::Channel& channel, const std::vector<model::Environment>& all) {
  planning::ReleaseHistory history;
  for (const model::Environment& environment : all) history.environments.push_back(environment.Id);
  const auto lifecycle = model::find<model::Lifecycle>(lookup, channel.LifecycleId.value_or(project.LifecycleId));
  std::set<std::string> reachable;
  const planning::LifecycleProgress progress(lifecycle.value_or(model::Lifecycle{}), history);
  for (const planning::PhaseProgress& phase : progress.phases()) {
    for (std::string& id : planning::environments_of(phase.phase)) reachable.insert(std::move(id));
  }
  json::array environments;
  for (const model::Environment& environment : all) {
    if (reachable.contains(environment.Id)) {
      environments.push_back(json::object{{"Id", environment.Id}, {"Name", environment.Name}});
    }
  }
  return environments;
}

}  // namespace

json::object project_progression(storage::Reader& reader, const model::Project& project, std::int64_t most, Time now) {
  const storage::DocumentLookup lookup(reader);
  DeliveryDocuments documents(reader, now);
  json::array environments;
  const auto all_environments = model::list<model::Environment>(lookup, project.SpaceId);
  for (const auto& environment : all_environments) {
    environments.push_back(json::object{{"Id", environment.Id}, {"Name", environment.Name}});
  }
  json::object channel_environments, channels;
  for (const auto& channel : model::list<model::Channel>(lookup, project.Id)) {
    channel_environments[channel.Id] = environments_of(lookup, project, channel, all_environments);
    channels[channel.Id] = channel_document(channel);
  }
  const auto states = storage::current_states(reader, project.Id);
  storage::ReleaseFilter filter;
  filter.project = project.Id;
  json::array releases;
  for (const storage::ReleaseRecord& release : storage::list_releases(reader, filter, {0, most}).items) {
    const auto progress = views::ReleaseProgress(reader, release).of(nullptr);
    const json::value* channel = channels.if_contains(release.channel);
    releases.push_back(json::object{{"Release", documents.release(release)},
                                    {"Channel", channel == nullptr ? json::value(nullptr) : *channel},
                                    {"Deployments", deployments_of(reader, documents, release.id, states)},
                                    {"NextDeployments", json::to_json(progress.next())},
                                    {"HasUnresolvedDefect", views::body_of(release).is_blocked()},
                                    {"ReleaseRetentionPeriod", nullptr},
                                    {"TentacleRetentionPeriod", nullptr}});
  }
  return {{"Environments", std::move(environments)},
          {"ChannelEnvironments", std::move(channel_environments)},
          {"Releases", std::move(releases)}};
}

}  // namespace slipway::api
