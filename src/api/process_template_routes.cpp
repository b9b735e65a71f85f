#include "api/process_template_routes.h"

#include <fmt/format.h>

#include "api/delivery_call.h"
#include "base/text.h"
#include "commands/records.h"
#include "commands/release_numbers.h"
#include "model/feed.h"
#include "model/project.h"
#include "planning/package_selection.h"
#include "planning/release_variables.h"
#include "storage/document_lookup.h"

namespace slipway::api {
namespace {

/// `channel`: id, slug or name; the default channel where the query names none.
model::Channel channel_of(const Call& call, const model::Lookup& lookup, const model::Project& project) {
  if (const auto name = call.query.find("channel"); name && !name->empty()) {
    return addressed<model::Channel>(lookup, project.Id, std::string(*name));
  }
  for (model::Channel& channel : model::list<model::Channel>(lookup, project.Id)) {
    if (channel.IsDefault) return std::move(channel);
  }
  fail_not_found(fmt::format("The project '{}' has no default channel.", project.Name));
}

json::value selected_last(const std::optional<storage::ReleaseRecord>& last, const planning::PackageNeed& need) {
  if (!last) return nullptr;
  for (const planning::SelectedPackage& package : commands::body_of(*last).SelectedPackages) {
    if (equals_ignoring_case(package.ActionName, need.action) &&
        equals_ignoring_case(package.PackageReferenceName, need.reference)) {
      return json::value(package.Version);
    }
  }
  return nullptr;
}

/// Several members say the same twice, for clients of different ages.
json::object package_document(const model::Lookup& lookup, const planning::PackageNeed& need,
                              const std::optional<storage::ReleaseRecord>& last) {
  const auto feed = model::find<model::Feed>(lookup, need.feed_id);
  const std::string feed_name = feed ? feed->Name : "";
  return {{"StepName", need.step},
          {"ActionName", need.action},
          {"PackageReferenceName", need.reference},
          {"PackageId", need.package_id},
          {"NuGetPackageId", need.package_id},
          {"FeedId", need.feed_id},
          {"NuGetFeedId", need.feed_id},
          {"FeedName", feed_name},
          {"NuGetFeedName", feed_name},
          {"ProjectName", nullptr},
          {"VersionSelectedLastRelease", selected_last(last, need)},
          {"FixedVersion", need.fixed_version ? json::value(*need.fixed_version) : json::value(nullptr)},
          {"IsResolvable", need.is_resolvable}};
}

net::Response process_template(Call& call, storage::Reader& reader, const model::Project& project) {
  const storage::DocumentLookup lookup(reader);
  const auto channel = channel_of(call, lookup, project);
  const auto process =
      model::find<model::DeploymentProcess>(lookup, project.DeploymentProcessId).value_or(model::DeploymentProcess{});
  const auto variables = model::find<model::VariableSet>(lookup, project.VariableSetId).value_or(model::VariableSet{});
  const auto last = storage::latest_release(reader, project.Id, "");
  json::array packages;
  for (const planning::PackageNeed& need : planning::packages_needed(
           process, channel, planning::resolver(planning::variables_at_creation(variables, channel)))) {
    packages.push_back(package_document(lookup, need, last));
  }
  const auto& donor = project.VersioningStrategy.DonorPackage;
  const auto next = commands::next_release_number(reader, command_context(call), project, channel);
  return json_response(
      200, json::object{
               {"DeploymentProcessId", process.Id},
               {"LastReleaseVersion", last ? json::value(last->version) : json::value(nullptr)},
               {"NextVersionIncrement", next ? json::value(*next) : json::value(nullptr)},
               {"VersioningPackageStepName", donor ? json::value(donor->DeploymentAction) : json::value(nullptr)},
               {"VersioningPackageReferenceName", donor ? json::value(donor->PackageReference) : json::value(nullptr)},
               {"Packages", std::move(packages)},
               {"GitResources", json::array()},
               {"Links", json::object()}});
}

net::Response by_project(Call& call, storage::Reader& reader) {
  return process_template(
      call, reader, addressed<model::Project>(storage::DocumentLookup(reader), call.space, call.parameter("owner")));
}

net::Response by_process(Call& call, storage::Reader& reader) {
  const storage::DocumentLookup lookup(reader);
  const std::string& id = call.parameter("id");
  const auto process = model::find<model::DeploymentProcess>(lookup, id);
  const auto project = process ? model::find<model::Project>(lookup, process->ProjectId) : std::nullopt;
  if (!project || project->SpaceId != call.space) commands::fail_unknown("resource", id);
  return process_template(call, reader, *project);
}

}  // namespace

std::vector<Route> process_template_routes() {
  return {
      {"GET", "projects/{owner}/deploymentprocesses/template", "ProcessView",
       "Shows what a release of the project would need.", by_project},
      {"GET", "deploymentprocesses/{id}/template", "ProcessView", "Shows what a release of the process would need.",
       by_process},
  };
}

}  // namespace slipway::api
