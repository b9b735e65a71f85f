#include "api/resources/process_template_routes.h"

#include <fmt/format.h>

#include "api/delivery/delivery_call.h"
#include "api/http/shape.h"
#include "base/text.h"
#include "commands/package_look_up.h"
#include "commands/release_numbers.h"
#include "model/resources/packages/feed.h"
#include "model/resources/projects/project.h"
#include "planning/package_selection.h"
#include "planning/release_variables.h"
#include "storage/contents.h"
#include "storage/document_lookup.h"
#include "views/frozen_release.h"
#include "views/records.h"

namespace slipway::api {
namespace {

/// What packages are needed by: the live documents of a project, or what a snapshot or a release froze.
struct Ground {
  model::Project project;
  model::DeploymentProcess process;
  model::VariableSet variables;
  std::string channel = {};  ///< id of the release's; "" = the project's default
};

/// The ground, and what else the answer needs of the same snapshot of the database.
struct Question {
  Ground ground;
  model::Channel channel;
  std::optional<storage::ReleaseRecord> last;
};

/// `channel`: id, slug or name; the ground's where the query names none.
model::Channel channel_of(const Call& call, const model::Lookup& lookup, const Ground& ground) {
  const model::Project& project = ground.project;
  if (const auto name = call.query.find("channel"); name && !name->empty()) {
    return addressed<model::Channel>(lookup, project.Id, std::string(*name));
  }
  for (model::Channel& channel : model::list<model::Channel>(lookup, project.Id)) {
    if (ground.channel.empty() ? channel.IsDefault : channel.Id == ground.channel) return std::move(channel);
  }
  fail_not_found(fmt::format("The project '{}' has no default channel.", project.Name));
}

json::value selected_last(const std::optional<storage::ReleaseRecord>& last, const planning::PackageNeed& need) {
  if (!last) return nullptr;
  for (const planning::SelectedPackage& package : views::body_of(*last).SelectedPackages) {
    if (equals_ignoring_case(package.ActionName, need.action) &&
        equals_ignoring_case(package.PackageReferenceName, need.reference)) {
      return json::value(package.Version);
    }
  }
  return nullptr;
}

/// Several members say the same twice, for clients of different ages.
json::object package_document(const model::Lookup& lookup, const std::string& space, const planning::PackageNeed& need,
                              const std::optional<storage::ReleaseRecord>& last) {
  const auto feed = model::find_in<model::Feed>(lookup, space, need.feed_id);
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

Question question_of(const Call& call, storage::Reader& reader, Ground ground) {
  auto channel = channel_of(call, storage::DocumentLookup(reader), ground);
  auto last = storage::latest_release(reader, ground.project.Id, "");
  return {std::move(ground), std::move(channel), std::move(last)};
}

/// Templates are evaluated between the reads.
net::Response process_template(Call& call, const Question& question) {
  const auto& [ground, channel, last] = question;
  const model::Project& project = ground.project;
  commands::CommandContext context = command_context(call);
  const auto variables = planning::variables_at_creation(ground.variables, channel);
  const auto needs = planning::packages_needed(ground.process, channel, planning::resolver(variables, context.budget));
  const auto next = commands::next_release_number(context, project, channel);
  json::array packages, warnings;
  call.services.database.read([&](storage::Reader& reader) {
    const storage::DocumentLookup lookup(reader);
    for (const planning::PackageNeed& need : needs) {
      packages.push_back(package_document(lookup, call.space, need, question.last));
      const auto problem = commands::feed_problem(lookup, call.space, need);
      if (problem) warnings.push_back(json::value(*problem));
    }
  });
  const auto& donor = project.VersioningStrategy.DonorPackage;
  return json_response(
      200, json::object{
               {"DeploymentProcessId", ground.process.Id},
               {"LastReleaseVersion", last ? json::value(last->version) : json::value(nullptr)},
               {"NextVersionIncrement", next ? json::value(*next) : json::value(nullptr)},
               {"VersioningPackageStepName", donor ? json::value(donor->DeploymentAction) : json::value(nullptr)},
               {"VersioningPackageReferenceName", donor ? json::value(donor->PackageReference) : json::value(nullptr)},
               {"Packages", std::move(packages)},
               {"GitResources", json::array()},
               {"Warnings", std::move(warnings)},
               {"Links", json::object()}});
}

Ground ground_of(storage::Reader& reader, model::Project project) {
  const storage::DocumentLookup lookup(reader);
  Ground ground;
  ground.process = model::find<model::DeploymentProcess>(lookup, project.DeploymentProcessId).value_or(ground.process);
  ground.variables = model::find<model::VariableSet>(lookup, project.VariableSetId).value_or(ground.variables);
  ground.project = std::move(project);
  return ground;
}

/// The process under the snapshot's own id.
model::DeploymentProcess process_of_snapshot(storage::Reader& reader, const std::string& snapshot) {
  auto process = views::frozen_process(reader, snapshot);
  process.Id = snapshot;
  return process;
}

/// Overlays what the release froze that the query names in `releaseId`, if it names one.
Ground with_release(const Call& call, storage::Reader& reader, Ground ground) {
  const std::string id(call.query.find("releaseId").value_or(""));
  if (id.empty()) return ground;
  const auto release = addressed_release(call, reader, id);
  if (release.project != ground.project.Id) model::fail_unknown("resource", id);
  ground.process = process_of_snapshot(reader, release.process_snapshot);
  ground.variables = views::frozen_variables(reader, release.variables_snapshot);
  ground.channel = release.channel;
  return ground;
}

net::Response by_project(Call& call) {
  return process_template(call, call.services.database.read([&](storage::Reader& reader) {
    auto project = addressed<model::Project>(storage::DocumentLookup(reader), call.space, call.parameter("owner"));
    return question_of(call, reader, with_release(call, reader, ground_of(reader, std::move(project))));
  }));
}

/// The live process of a project, or a snapshot of it.
Question question_by_process(const Call& call, storage::Reader& reader) {
  const storage::DocumentLookup lookup(reader);
  const std::string& id = call.parameter("id");
  const bool is_snapshot = id.find("-s-") != std::string::npos;
  const bool is_there =
      is_snapshot ? storage::find_snapshot(reader, model::DeploymentProcess::type, id).has_value() : true;
  if (!is_there) model::fail_unknown("resource", id);
  const auto process =
      is_snapshot ? process_of_snapshot(reader, id) : model::find<model::DeploymentProcess>(lookup, id);
  auto project = process ? model::find<model::Project>(lookup, process->ProjectId) : std::nullopt;
  if (!project || project->SpaceId != call.space) model::fail_unknown("resource", id);
  Ground ground = ground_of(reader, std::move(*project));
  ground.process = *process;
  return question_of(call, reader, with_release(call, reader, std::move(ground)));
}

net::Response by_process(Call& call) {
  return process_template(
      call, call.services.database.read([&](storage::Reader& reader) { return question_by_process(call, reader); }));
}

}  // namespace

std::vector<Route> process_template_routes() {
  return {
      Route{"GET", "projects/{owner}/deploymentprocesses/template", "ProcessView",
            "Shows what a release of the project would need.", by_project}
          .with_query({{"channel"}, {"releaseId"}})
          .answers(shape::one("ProcessTemplate")),
      Route{"GET", "deploymentprocesses/{id}/template", "ProcessView",
            "Shows what a release of the process would need.", by_process}
          .with_query({{"channel"}, {"releaseId"}})
          .answers(shape::one("ProcessTemplate")),
  };
}

}  // namespace slipway::api
