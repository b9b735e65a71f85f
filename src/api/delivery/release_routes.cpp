#include "api/delivery/release_routes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "api/compat/jenkins_no_reference.h"
#include "api/delivery/delivery_call.h"
#include "api/delivery/delivery_documents.h"
#include "api/http/shape.h"
#include "api/resources/resource.h"
#include "base/describe.h"
#include "base/text.h"
#include "commands/change_release.h"
#include "commands/create_release.h"
#include "commands/feed_access.h"
#include "model/resources/infrastructure/environment.h"
#include "model/resources/packages/feed.h"
#include "model/resources/projects/project.h"
#include "storage/document_lookup.h"
#include "views/release_lookup.h"
#include "views/release_progress.h"

namespace slipway::api {
namespace {

using commands::ReleaseRequest;

/// Members that are absent or null keep their defaults; keys match in any case (the Go client sends camelCase).
struct CreateReleaseBody {
  std::string ProjectName, PackageVersion, ReleaseVersion, ChannelName, PackagePrerelease, GitRef, GitCommit;
  std::vector<std::string> Packages, UnverifiedPackages, GitResources;
  std::optional<std::string> ReleaseNotes;
  std::map<std::string, std::string> CustomFields;
  bool IgnoreIfAlreadyExists = false;
  bool IgnoreChannelRules = false;
};
BOOST_DESCRIBE_STRUCT(CreateReleaseBody, (),
                      (ProjectName, PackageVersion, ReleaseVersion, ChannelName, PackagePrerelease, GitRef, GitCommit,
                       Packages, UnverifiedPackages, GitResources, ReleaseNotes, CustomFields, IgnoreIfAlreadyExists,
                       IgnoreChannelRules))

/// Where the process was read from; kept for people, since processes live in the database.
struct GitReference {
  std::optional<std::string> GitRef, GitCommit;
};
BOOST_DESCRIBE_STRUCT(GitReference, (), (GitRef, GitCommit))

/// What the classic POST and PUT take of a release document.
struct ReleaseDocument {
  std::string ProjectId, ChannelId, Version;
  std::optional<std::string> ReleaseNotes;
  std::vector<planning::SelectedPackage> SelectedPackages;
  std::vector<std::string> UnverifiedPackages;
  std::vector<json::value> SelectedGitResources;
  std::optional<GitReference> VersionControlReference;
  std::map<std::string, std::string> CustomFields;
  bool IgnoreChannelRules = false;
};
BOOST_DESCRIBE_STRUCT(ReleaseDocument, (),
                      (ProjectId, ChannelId, Version, ReleaseNotes, SelectedPackages, UnverifiedPackages,
                       SelectedGitResources, VersionControlReference, CustomFields, IgnoreChannelRules))

json::value git_reference(const std::optional<std::string>& ref, const std::optional<std::string>& commit) {
  if (ref.value_or("").empty() && commit.value_or("").empty()) return nullptr;
  return json::object{{"GitRef", json::to_json(ref)}, {"GitCommit", json::to_json(commit)}};
}

json::value git_reference(const std::optional<GitReference>& reference) {
  return reference ? git_reference(reference->GitRef, reference->GitCommit) : nullptr;
}

/// Empty texts in lists are what clients send for nothing.
[[noreturn]] void fail_git_resources(std::string_view member) {
  fail_invalid(
      fmt::format("{}: no step of this server takes files from Git, so there is nothing to choose a revision "
                  "of; leave it out or send [].",
                  member));
}

std::vector<planning::SelectedPackage> selected_packages(std::vector<planning::SelectedPackage> packages) {
  for (planning::SelectedPackage& package : packages) {
    if (package.PackageReferenceName == kJenkinsNoReference) package.PackageReferenceName.clear();
  }
  return packages;
}

/// Looks up what the release needs outside of any transaction, then creates it; an answer kept by Idempotency-Key comes
/// before both.
net::Response create(Call& call, ReleaseRequest request,
                     const std::function<net::Response(storage::Txn&, const commands::CreatedRelease&)>& answer) {
  if (auto kept = kept_answer(call, idempotency_key(call))) return std::move(*kept);
  commands::CommandContext context = command_context(call);
  auto prepared = commands::prepare_release(context, std::move(request));
  return commands::with_free_number(context, prepared, [&] {
    return answer_once(call, "create release", [&](storage::Txn& txn, commands::CommandContext& writing) {
      return answer(txn, commands::create_release(txn, writing, prepared));
    });
  });
}

/// REL-10: "Dev, Test"; each once, however many tenants it was deployed to.
std::string names_of_environments(storage::Reader& reader, const commands::CreatedRelease& created) {
  const storage::DocumentLookup lookup(reader);
  std::set<std::string> known;
  std::vector<std::string> names;
  for (const storage::DeploymentRecord& deployment : created.deployments) {
    if (!known.insert(deployment.environment).second) continue;
    const auto environment = model::find<model::Environment>(lookup, deployment.environment);
    names.push_back(environment ? environment->Name : deployment.environment);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

net::Response create_v1(Call& call) {
  const auto body = json::from_json<CreateReleaseBody>(call.body());
  for (const std::string& resource : body.GitResources) {
    if (!trim(resource).empty()) fail_git_resources("GitResources");
  }
  call.services.database.read([&](storage::Reader& reader) { use_space_of_body(call, reader); });
  ReleaseRequest request;
  request.project = body.ProjectName;
  request.channel = body.ChannelName;
  request.version = body.ReleaseVersion;
  request.packages.specs = planning::parse_package_specs(body.Packages);
  request.packages.default_version = body.PackageVersion;
  request.prerelease_tag = body.PackagePrerelease;
  request.notes = body.ReleaseNotes;
  request.custom_fields = body.CustomFields;
  request.ignore_channel_rules = body.IgnoreChannelRules;
  request.ignore_if_exists = body.IgnoreIfAlreadyExists;
  request.unverified = body.UnverifiedPackages;
  request.version_control = git_reference(body.GitRef, body.GitCommit);
  return create(call, std::move(request), [](storage::Txn& txn, const commands::CreatedRelease& created) {
    return json_response(created.existed ? 200 : 201,
                         json::object{{"ReleaseId", created.record.id},
                                      {"ReleaseVersion", created.record.version},
                                      {"AutomaticallyDeployedEnvironments", names_of_environments(txn, created)}});
  });
}

net::Response create_classic(Call& call) {
  const auto document = json::from_json<ReleaseDocument>(call.body());
  if (trim(document.Version).empty()) fail_invalid("Version: please give the release a version.");
  if (!document.SelectedGitResources.empty()) fail_git_resources("SelectedGitResources");
  ReleaseRequest request;
  request.project = document.ProjectId;
  request.channel = document.ChannelId;
  request.version = document.Version;
  request.packages.selected = selected_packages(document.SelectedPackages);
  request.may_choose_newest = false;
  request.unverified = document.UnverifiedPackages;
  request.notes = document.ReleaseNotes;
  request.custom_fields = document.CustomFields;
  request.ignore_channel_rules = document.IgnoreChannelRules || call.asks("ignoreChannelRules");
  request.version_control = git_reference(document.VersionControlReference);
  return create(call, std::move(request), [&](storage::Txn& txn, const commands::CreatedRelease& created) {
    return json_response(201, DeliveryDocuments(txn, call.services.clock.now()).release(created.record));
  });
}

/// Members that the body does not have stay as they are.
commands::ReleaseEdit edit_of(Call& call) {
  const json::object& body = call.body();
  const auto document = json::from_json<ReleaseDocument>(body);
  if (!document.SelectedGitResources.empty()) fail_git_resources("SelectedGitResources");
  const auto has = [&](std::string_view member) { return json::find(body, member) != nullptr; };
  commands::ReleaseEdit edit;
  if (has("Version")) edit.version = document.Version;
  if (has("ChannelId") && !document.ChannelId.empty()) edit.channel = document.ChannelId;
  if (has("ReleaseNotes")) edit.notes = document.ReleaseNotes;
  if (has("SelectedPackages")) edit.packages = selected_packages(document.SelectedPackages);
  edit.unverified = document.UnverifiedPackages;
  if (has("CustomFields")) edit.custom_fields = document.CustomFields;
  edit.ignore_channel_rules = document.IgnoreChannelRules || call.asks("ignoreChannelRules");
  return edit;
}

/// Runs a command on the addressed release and shows it.
net::Response change_release(Call& call,
                             const std::function<storage::ReleaseRecord(storage::Txn&, commands::CommandContext&,
                                                                        const std::string& id)>& change) {
  call.body();  // not every change needs something from it, but a broken one is refused
  return call.services.database.write("change release", [&](storage::Txn& txn) {
    commands::CommandContext context = command_context(call);
    const auto changed = change(txn, context, addressed_release(call, txn, call.parameter("id")).id);
    return json_response(200, DeliveryDocuments(txn, call.services.clock.now()).release(changed));
  });
}

net::Response edit_release(Call& call) {
  commands::CommandContext context = command_context(call);
  const auto prepared = commands::prepare_edit(context, call.parameter("id"), edit_of(call));
  return change_release(call, [&](storage::Txn& txn, commands::CommandContext& writing, const std::string& id) {
    return commands::edit_release(txn, writing, id, prepared);
  });
}

net::Response list(const Call& call, storage::Reader& reader, storage::ReleaseFilter filter) {
  filter.space = call.space;
  filter.ids = ids_of(call);
  const storage::Slice slice = slice_of(call.query);
  const DeliveryDocuments documents(reader, call.services.clock.now());
  return page_of(call, "Release", storage::list_releases(reader, filter, slice), slice,
                 [&](const storage::ReleaseRecord& record) { return documents.release(record); });
}

model::Project addressed_project(Call& call, storage::Reader& reader) {
  return addressed<model::Project>(storage::DocumentLookup(reader), call.space, call.parameter("project"));
}

/// `searchByVersion`: part of the version's text, case ignored.
net::Response search_by_version(const Call& call, storage::Reader& reader, const storage::ReleaseFilter& filter,
                                std::string_view part) {
  auto found = storage::list_releases(reader, filter, storage::everything).items;
  std::erase_if(found, [wanted = to_lower_ascii(part)](const storage::ReleaseRecord& record) {
    return to_lower_ascii(record.version).find(wanted) == std::string::npos;
  });
  const storage::Slice slice = slice_of(call.query);
  const DeliveryDocuments documents(reader, call.services.clock.now());
  return page_of(call, "Release", part_of(std::move(found), slice), slice,
                 [&](const storage::ReleaseRecord& record) { return documents.release(record); });
}

net::Response list_of_project(Call& call, storage::Reader& reader) {
  storage::ReleaseFilter filter;
  filter.project = addressed_project(call, reader).Id;
  const auto part = call.query.find("searchByVersion");
  return part && !part->empty() ? search_by_version(call, reader, filter, *part) : list(call, reader, filter);
}

net::Response list_of_channel(Call& call, storage::Reader& reader, const model::Channel& channel) {
  storage::ReleaseFilter filter;
  filter.project = channel.ProjectId;
  filter.channel = channel.Id;
  const auto part = call.query.find("searchByVersion");
  return part && !part->empty() ? search_by_version(call, reader, filter, *part) : list(call, reader, filter);
}

model::Channel channel_of_project(Call& call, storage::Reader& reader) {
  const auto project = addressed_project(call, reader);
  return addressed<model::Channel>(storage::DocumentLookup(reader), project.Id, call.parameter("channel"));
}

/// A version of a project's release; any spelling of it (VER-1).
net::Response get_by_version(Call& call, storage::Reader& reader, const std::string& project) {
  const std::string& version = call.parameter("version");
  const auto release = views::find_release_of(reader, project, version);
  if (!release) model::fail_unknown("resource", version);
  return json_response(200, DeliveryDocuments(reader, call.services.clock.now()).release(*release));
}

net::Response get(Call& call, storage::Reader& reader) {
  const auto release = addressed_release(call, reader, call.parameter("id"));
  return json_response(200, DeliveryDocuments(reader, call.services.clock.now()).release(release));
}

net::Response progression(Call& call, storage::Reader& reader) {
  const auto release = addressed_release(call, reader, call.parameter("id"));
  const views::ReleaseProgress lifecycles(reader, release);
  const planning::LifecycleProgress progress = lifecycles.of(nullptr);
  DeliveryDocuments documents(reader, call.services.clock.now());
  storage::DeploymentFilter filter;
  filter.release = release.id;
  const auto deployments = storage::list_deployments(reader, filter, {0, 1000}).items;
  documents.look_ahead(deployments);

  json::array phases;
  for (const planning::PhaseProgress& p : progress.phases()) {
    const auto environments = planning::environments_of(p.phase);
    json::array in_phase;
    for (const storage::DeploymentRecord& deployment : deployments) {
      if (std::find(environments.begin(), environments.end(), deployment.environment) == environments.end()) continue;
      if (const auto* task = documents.find_task(deployment.task))
        in_phase.push_back(
            json::object{{"Task", documents.task(*task)}, {"Deployment", documents.deployment(deployment)}});
    }
    const std::string name = p.phase.Name.empty() ? lifecycles.name_of(environments.front()) : p.phase.Name;
    phases.push_back(json::object{
        {"Id", p.phase.Id.empty() ? json::value(nullptr) : json::value(p.phase.Id)},
        {"Name", name},
        {"Blocked", p.blocked},
        {"Progress", json::name_of(p.progress)},
        {"Deployments", std::move(in_phase)},
        {"AutomaticDeploymentTargets", json::to_json(p.phase.AutomaticDeploymentTargets)},
        {"OptionalDeploymentTargets", json::to_json(p.phase.OptionalDeploymentTargets)},
        {"MinimumEnvironmentsBeforePromotion", p.phase.MinimumEnvironmentsBeforePromotion},
        {"IsOptionalPhase", p.phase.IsOptionalPhase},
    });
  }
  return json_response(200, json::object{{"Phases", std::move(phases)},
                                         {"NextDeployments", json::to_json(progress.next())},
                                         {"NextDeploymentsMinimumRequired", progress.next_required()}});
}

/// A release's image and the feed to look for it in.
struct FrozenImage {
  planning::SelectedPackage package;
  std::shared_ptr<feeds::Feed> feed;
};

std::vector<FrozenImage> images_of(Call& call, storage::Reader& reader) {
  const storage::DocumentLookup lookup(reader);
  commands::CommandContext context = command_context(call);
  std::vector<FrozenImage> images;
  for (auto& package : views::body_of(addressed_release(call, reader, call.parameter("id"))).SelectedPackages) {
    const auto feed =
        package.Registry.empty() ? std::nullopt : model::find_in<model::Feed>(lookup, call.space, package.FeedId);
    if (feed && context.feeds.knows(feed->FeedType)) {
      images.push_back({std::move(package), commands::open_feed(reader, context, *feed)});
    }
  }
  return images;
}

/// The project's variables as the release froze them.
net::Response frozen_variables(Call& call, storage::Reader& reader) {
  const auto release = addressed_release(call, reader, call.parameter("id"));
  const Resource variables(call.services.catalogue.get("VariableSet"));
  return variables.get(call, reader, release.variables_snapshot);
}

net::Response missing_packages(Call& call) {
  const auto images = call.services.database.read([&](storage::Reader& reader) { return images_of(call, reader); });
  json::array missing;
  for (const FrozenImage& image : images) {
    if (image.feed->find(image.package.PackageId, image.package.Version)) continue;
    missing.push_back(json::object{{"Id", image.package.PackageId}, {"Version", image.package.Version}});
  }
  return json_response(200, json::object{{"Packages", std::move(missing)}});
}

json::object defect_document(const views::Defect& defect) {
  json::object document = json::to_json(defect).get_object();
  document["Links"] = json::object();
  return document;
}

net::Response list_defects(Call& call, storage::Reader& reader) {
  auto body = views::body_of(addressed_release(call, reader, call.parameter("id")));
  const storage::Slice slice = slice_of(call.query);
  return page_of(call, "Defect", part_of(std::move(body.Defects), slice), slice, defect_document);
}

struct DefectBody {
  std::string Description;
};
BOOST_DESCRIBE_STRUCT(DefectBody, (), (Description))

net::Response report_defect(Call& call) {
  const auto body = json::from_json<DefectBody>(call.body());
  return call.services.database.write("report defect", [&](storage::Txn& txn) {
    commands::CommandContext context = command_context(call);
    const auto release = addressed_release(call, txn, call.parameter("id"));
    return json_response(201, defect_document(commands::report_defect(txn, context, release.id, body.Description)));
  });
}

net::Response resolve_defects(Call& call) {
  return change_release(call, [](storage::Txn& txn, commands::CommandContext& context, const std::string& id) {
    commands::resolve_defects(txn, context, id);
    return *storage::find_release(txn, id);
  });
}

net::Response delete_release(Call& call) {
  call.services.database.write("delete release", [&](storage::Txn& txn) {
    commands::CommandContext context = command_context(call);
    commands::delete_release(txn, context, addressed_release(call, txn, call.parameter("id")).id);
  });
  return json_response(200, json::object());
}

json::object missing_packages_shape() {
  return shape::object(
      {{"Packages", shape::list_of(shape::object({{"Id", shape::text()}, {"Version", shape::text()}}))}});
}

}  // namespace

std::vector<Route> release_routes() {
  return {
      Route{"POST", "releases/create/v1", "ReleaseCreate",
            "Creates a release; the server settles what the call leaves open.", OutwardHandler{create_v1}}
          .takes(with_space(shape::of<CreateReleaseBody>({"ProjectName"})))
          .answers(shape::one("CreatedRelease"), {201, 200}),
      Route{"POST", "releases", "ReleaseCreate", "Creates a release from a document that names every package version.",
            OutwardHandler{create_classic}}
          .with_query({{"ignoreChannelRules", QueryKind::flag}})
          .takes(shape::of<ReleaseDocument>({"ProjectId", "Version"}))
          .answers(shape::one("Release"), {201}),
      Route{"GET", "releases", "ReleaseView", "Lists releases, newest first.",
            [](Call& call, storage::Reader& reader) { return list(call, reader, {}); }}
          .with_query(paged({{"ids", QueryKind::texts}}))
          .answers(shape::page_of("Release"))
          .linked("Releases"),
      Route{"GET", "releases/{id}", "ReleaseView", "Shows a release.", get}.answers(shape::one("Release")),
      Route{"PUT", "releases/{id}", "ReleaseEdit",
            "Changes version, channel, notes, package versions or custom fields.", OutwardHandler{edit_release}}
          .with_query({{"ignoreChannelRules", QueryKind::flag}})
          .takes(shape::of<ReleaseDocument>())
          .answers(shape::one("Release")),
      Route{"DELETE", "releases/{id}", "ReleaseDelete", "Deletes a release with its deployments, tasks and logs.",
            delete_release}
          .answers(shape::nothing()),
      Route{"POST", "releases/{id}/snapshot-variables", "ReleaseEdit",
            "Replaces the release's variables with the present ones.",
            [](Call& call) { return change_release(call, commands::update_variables); }}
          .takes(shape::nothing())
          .answers(shape::one("Release"), {200}),
      Route{"GET", "releases/{id}/progression", "ReleaseView", "Shows where the release may go next.", progression}
          .answers(shape::one("ReleaseProgression")),
      Route{"GET", "releases/{id}/variables", "VariableView", "The project's variables as the release froze them.",
            frozen_variables}
          .answers(shape::one("VariableSet")),
      Route{"GET", "releases/{id}/missingpackages", "ReleaseView", "Lists images that their feeds have no more.",
            OutwardHandler{missing_packages}}
          .answers(missing_packages_shape()),
      Route{"GET", "releases/{id}/defects", "ReleaseView", "Lists the reasons for which the release was blocked.",
            list_defects}
          .with_query(paged())
          .answers(shape::page_of("Defect")),
      Route{"POST", "releases/{id}/defects", "DefectReport", "Blocks the release from going on.", report_defect}
          .takes(shape::of<DefectBody>({"Description"}))
          .answers(shape::one("Defect"), {201}),
      Route{"POST", "releases/{id}/defects/resolve", "DefectResolve", "Lets a blocked release go on.", resolve_defects}
          .takes(shape::nothing())
          .answers(shape::one("Release"), {200}),
      Route{"GET", "projects/{project}/releases", "ReleaseView", "Lists a project's releases, newest first.",
            list_of_project}
          .with_query(paged({{"ids", QueryKind::texts}, {"searchByVersion"}}))
          .answers(shape::page_of("Release")),
      Route{"GET", "projects/{project}/releases/{version}", "ReleaseView", "Shows a project's release by its version.",
            [](Call& call, storage::Reader& reader) {
              return get_by_version(call, reader, addressed_project(call, reader).Id);
            }}
          .answers(shape::one("Release")),
      Route{"GET", "projects/{project}/channels/{channel}/releases", "ReleaseView",
            "Lists a channel's releases, newest first.",
            [](Call& call, storage::Reader& reader) {
              return list_of_channel(call, reader, channel_of_project(call, reader));
            }}
          .with_query(paged({{"ids", QueryKind::texts}, {"searchByVersion"}}))
          .answers(shape::page_of("Release")),
      Route{"GET", "projects/{project}/channels/{channel}/releases/{version}", "ReleaseView",
            "Shows a channel's release by its version.",
            [](Call& call, storage::Reader& reader) {
              return get_by_version(call, reader, channel_of_project(call, reader).ProjectId);
            }}
          .answers(shape::one("Release")),
      Route{"GET", "channels/{channel}/releases", "ReleaseView", "Lists a channel's releases, newest first.",
            [](Call& call, storage::Reader& reader) {
              const auto channel = model::find_in<model::Channel>(storage::DocumentLookup(reader), call.space,
                                                                  call.parameter("channel"));
              if (!channel) model::fail_unknown("resource", call.parameter("channel"));
              return list_of_channel(call, reader, *channel);
            }}
          .with_query(paged({{"ids", QueryKind::texts}, {"searchByVersion"}}))
          .answers(shape::page_of("Release")),
  };
}

}  // namespace slipway::api
