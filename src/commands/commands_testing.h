// For tests of commands: a database with a small space in it, and a feed that answers from a table.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/executor.h"
#include "base/random.h"
#include "base/text.h"
#include "commands/context.h"
#include "commands/create_deployments.h"
#include "commands/create_release.h"
#include "model/resources/delivery/lifecycle.h"
#include "model/resources/infrastructure/environment.h"
#include "model/resources/packages/feed.h"
#include "model/resources/projects/channel.h"
#include "model/resources/projects/deployment_process.h"
#include "model/resources/projects/project.h"
#include "model/resources/projects/variable_set.h"
#include "model/resources/spaces/space.h"
#include "model/resources/tenants/tenant.h"
#include "model/resources/tenants/tenant_variables.h"
#include "storage/database_testing.h"
#include "storage/resources.h"

namespace slipway::commands::testing {

/// Image tag → digest, by repository.
using Images = std::map<std::string, std::map<std::string, std::string>>;

class FakeFeed final : public feeds::Feed {
 public:
  explicit FakeFeed(const Images& images) : images_(images) {}
  std::vector<feeds::Repository> search(std::string_view, std::size_t) override { return {}; }
  std::vector<feeds::PackageVersion> versions(std::string_view package_id) override {
    std::vector<feeds::PackageVersion> all;
    for (const auto& [tag, digest] : tags(package_id)) all.push_back({tag, digest, std::nullopt, 0});
    return all;
  }
  std::optional<feeds::PackageVersion> find(std::string_view package_id, std::string_view version) override {
    const auto& known = tags(package_id);
    const auto found = known.find(std::string(version));
    if (found == known.end()) return std::nullopt;
    return feeds::PackageVersion{found->first, found->second, std::nullopt, 0};
  }
  std::string registry() override { return "registry.test"; }

 private:
  const std::map<std::string, std::string>& tags(std::string_view package_id) const {
    static const std::map<std::string, std::string> none;
    const auto found = images_.find(std::string(package_id));
    return found == images_.end() ? none : found->second;
  }
  const Images& images_;
};

/// Space Spaces-1 with Dev, Test and Prod (one phase after the other), and the project "Web": channel Default, one step
/// "Deploy web" with the image team/web from feed Feeds-1.
class World {
 public:
  World() {
    types.add("AwsElasticContainerRegistry", [this](const model::Feed&, const feeds::RevealSecret&, const Deadline&) {
      return std::make_unique<FakeFeed>(images);
    });
    model::Space space;
    space.Id = "Spaces-1";
    space.Name = "Default";
    put(space, "", "");
    for (int i = 1; i <= 3; ++i) {
      model::Environment environment;
      environment.Id = "Environments-" + std::to_string(i);
      environment.Name = std::vector<std::string>{"Dev", "Test", "Prod"}[static_cast<std::size_t>(i - 1)];
      environment.Slug = to_lower_ascii(environment.Name);
      put(environment, "Spaces-1", "", i);
    }
    model::Lifecycle lifecycle;
    lifecycle.Id = "Lifecycles-1";
    lifecycle.Name = "Default Lifecycle";
    put(lifecycle);
    model::Feed feed;
    feed.Id = "Feeds-1";
    feed.SpaceId = "Spaces-1";
    feed.Name = "Hub";
    feed.FeedType = "AwsElasticContainerRegistry";
    put(feed);
    project.Id = "Projects-1";
    project.SpaceId = "Spaces-1";
    project.Name = "Web";
    project.Slug = "web";
    project.LifecycleId = "Lifecycles-1";
    project.DeploymentProcessId = "deploymentprocess-Projects-1";
    project.VariableSetId = "variableset-Projects-1";
    project.VersioningStrategy.Template =
        "#{Octopus.Version.LastMajor}.#{Octopus.Version.LastMinor}.#{Octopus.Version.NextPatch}";
    put(project);
    channel.Id = "Channels-1";
    channel.ProjectId = "Projects-1";
    channel.Name = "Default";
    channel.IsDefault = true;
    put(channel, "Spaces-1", "Projects-1");
    model::Action action;
    action.Id = "Actions-1";
    action.Name = "Deploy web";
    action.ActionType = "Slipway.NoOp";
    action.Packages.push_back({});
    action.Packages.back().PackageId = "team/web";
    action.Packages.back().FeedId = "Feeds-1";
    process.Id = "deploymentprocess-Projects-1";
    process.ProjectId = "Projects-1";
    process.Version = 1;
    process.Steps.push_back({});
    process.Steps.back().Id = "Steps-1";
    process.Steps.back().Name = "Deploy web";
    process.Steps.back().Actions.push_back(action);
    put(process);
    variables.Id = "variableset-Projects-1";
    variables.OwnerId = "Projects-1";
    put(variables);
    images["team/web"] = {{"1.0.0", "sha256:10"}, {"1.1.0", "sha256:11"}, {"2.0.0-beta", "sha256:20"}};
  }

  /// Inserts a document, or replaces it.
  template <class T>
  void put(const T& document, const std::string& space = "Spaces-1", const std::string& parent = "", int sort = 0) {
    storage::StoredResource row;
    row.id = document.Id;
    row.type = T::type;
    row.space = space;
    row.parent = parent;
    row.sort = sort;
    if constexpr (requires { document.Name; }) row.name = document.Name;
    if constexpr (requires { document.Slug; }) row.slug = document.Slug;
    row.body = json::to_text(json::to_json(document));
    database->write("put", [&](storage::Txn& txn) {
      storage::erase_resource(txn, row.id);
      storage::insert_resource(txn, row);
    });
  }

  model::Tenant tenant(int number, std::string name, std::vector<std::string> environments,
                       std::vector<std::string> tags = {}) {
    model::Tenant tenant;
    tenant.Id = "Tenants-" + std::to_string(number);
    tenant.SpaceId = "Spaces-1";
    tenant.Name = std::move(name);
    tenant.Slug = make_slug(tenant.Name);
    tenant.TenantTags = std::move(tags);
    tenant.ProjectEnvironments["Projects-1"] = std::move(environments);
    put(tenant);
    return tenant;
  }

  CommandContext context() {
    const auto calls_end = Deadline::after(clock, std::chrono::seconds(30));
    return {{tools, {"Users-1", "admin"}, "Spaces-1"}, *database, types, calls_end};
  }

  CreatedRelease release(ReleaseRequest request) {
    if (request.project.empty()) request.project = "Web";
    CommandContext writing = context();
    PreparedRelease prepared = prepare_release(writing, std::move(request));
    return with_free_number(writing, prepared, [&] {
      return database->write("create release",
                             [&](storage::Txn& txn) { return create_release(txn, writing, prepared); });
    });
  }
  storage::ReleaseRecord release(const std::string& version) {
    ReleaseRequest request;
    request.version = version;
    return release(std::move(request)).record;
  }

  CreatedDeployments deploy(DeploymentRequest request) {
    if (request.project.empty()) request.project = "Web";
    CommandContext writing = context();
    return database->write("deploy", [&](storage::Txn& txn) { return create_deployments(txn, writing, request); });
  }

  /// As the engine does when a deployment ends.
  void end(const storage::DeploymentRecord& deployment, bool success) {
    database->write("end", [&](storage::Txn& txn) { storage::record_ended(txn, deployment, success); });
  }

  model::Project project;
  model::Channel channel;
  model::DeploymentProcess process;
  model::VariableSet variables;
  Images images;
  ManualClock clock;

 private:
  storage::testing::TemporaryFolder folder_;
  storage::testing::QuietLog quiet_;

 public:
  std::unique_ptr<storage::Database> database =
      storage::open_sqlite({.path = folder_.file("slipway.db"), .inline_writes = true}, quiet_.log());
  SeededRandom random{1};
  storage::Ids ids;
  storage::Vault vault{storage::MasterKey(Secret(std::string(32, 'k'))), random, ids, quiet_.log()};
  model::Catalogue catalogue = model::all_resources();
  documents::WriteTools tools{ids, vault, random, clock, catalogue};
  feeds::FeedTypes types;
};

/// The sentences of the Error that `act` throws; empty when it throws none.
template <class Act>
std::vector<std::string> refused(Act act) {
  try {
    act();
  } catch (const Error& error) {
    return error.details().empty() ? std::vector<std::string>{error.message()} : error.details();
  }
  return {};
}

}  // namespace slipway::commands::testing
