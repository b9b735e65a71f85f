#include "planning/system_variables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "planning/make_plan.h"

namespace slipway::planning {
namespace {

const SelectedPackage* find_selected(const ReleaseFacts& release, const model::Action& action,
                                     const model::PackageReference& package) {
  for (const SelectedPackage& selected : release.packages) {
    if (equals_ignoring_case(selected.ActionName, action.Name) &&
        equals_ignoring_case(selected.PackageReferenceName, package.Name)) {
      return &selected;
    }
  }
  return nullptr;
}

std::string number_of(const PlannedStep& step, const PlannedAction& action) {
  const auto position = std::find_if(step.Actions.begin(), step.Actions.end(),
                                     [&](const PlannedAction& other) { return other.ActionId == action.ActionId; });
  return action_number(step, static_cast<std::size_t>(position - step.Actions.begin()));
}

}  // namespace

void add_system_variables(DeploymentVariables& out, const DeploymentScene& scene) {
  const ReleaseFacts& release = scene.release;
  const DeploymentFacts& deployment = scene.deployment;
  const model::Environment& environment = scene.environment;
  const model::Project& project = scene.project;
  const std::string& uri = scene.server_uri;
  const std::string space_path = uri + "/app#/" + scene.space.Id;
  const std::pair<const char*, std::string> values[] = {
      {"Octopus.Release.Id", release.id},
      {"Octopus.Release.Number", release.version},
      {"Octopus.Release.Notes", release.notes},
      {"Octopus.Release.Created", to_rfc3339(release.assembled)},
      {"Octopus.Release.Channel.Id", scene.channel.Id},
      {"Octopus.Release.Channel.Name", scene.channel.Name},
      {"Octopus.Release.CurrentForEnvironment.Number", deployment.current_release_version},
      {"Octopus.Deployment.Id", deployment.id},
      {"Octopus.Deployment.Name", deployment.name},
      {"Octopus.Deployment.Comments", deployment.comments},
      {"Octopus.Deployment.Created", to_rfc3339(deployment.created)},
      {"Octopus.Deployment.CreatedBy.Id", scene.created_by.Id},
      {"Octopus.Deployment.CreatedBy.Username", scene.created_by.Username},
      {"Octopus.Deployment.CreatedBy.DisplayName", scene.created_by.DisplayName},
      {"Octopus.Deployment.CreatedBy.EmailAddress", scene.created_by.EmailAddress},
      {"Octopus.Environment.Id", environment.Id},
      {"Octopus.Environment.Name", environment.Name},
      {"Octopus.Environment.Slug", environment.Slug},
      {"Octopus.Environment.SortOrder", std::to_string(environment.SortOrder)},
      {"Octopus.Project.Id", project.Id},
      {"Octopus.Project.Name", project.Name},
      {"Octopus.Project.Slug", project.Slug},
      {"Octopus.Space.Id", scene.space.Id},
      {"Octopus.Space.Name", scene.space.Name},
      {"Octopus.Task.Id", deployment.task},
      {"Octopus.Task.Name", deployment.task_name},
      {"Octopus.Web.BaseUrl", uri},
      {"Octopus.Web.ServerUri", uri},
      {"Octopus.Web.ProjectLink", space_path + "/projects/" + project.Id},
      {"Octopus.Web.ReleaseLink", space_path + "/releases/" + release.id},
      {"Octopus.Web.DeploymentLink", space_path + "/deployments/" + deployment.id},
  };
  for (const auto& [name, value] : values) out.add_system(name, value);
  for (const auto& [field, value] : release.custom_fields) {
    out.add_system(fmt::format("Octopus.Release.CustomFields[{}]", field), value);
  }
  if (const auto& tenant = scene.tenant) {
    out.add_system("Octopus.Deployment.Tenant.Id", tenant->Id);
    out.add_system("Octopus.Deployment.Tenant.Name", tenant->Name);
    out.add_system("Octopus.Deployment.Tenant.Slug", tenant->Slug);
    out.add_system("Octopus.Deployment.Tenant.Tags", fmt::format("{}", fmt::join(tenant->TenantTags, ",")));
  }
}

void add_place_variables(DeploymentVariables& out, const PlannedStep& step, const PlannedAction& action) {
  out.add_system("Octopus.Step.Id", step.StepId);
  out.add_system("Octopus.Step.Name", step.Name);
  out.add_system("Octopus.Step.Number", std::to_string(step.Number));
  out.add_system("Octopus.Action.Id", action.ActionId);
  out.add_system("Octopus.Action.Name", action.Name);
  out.add_system("Octopus.Action.Number", number_of(step, action));
}

void add_package_variables(DeploymentVariables& out, const ReleaseFacts& release, const model::Action& action) {
  for (const model::PackageReference& package : action.Packages) {
    const SelectedPackage* selected = find_selected(release, action, package);
    if (selected == nullptr) continue;
    // An id with tokens that were unknown when the release was made is a template still: it is evaluated on use
    // (PKG-5).
    const std::string& id = selected->PackageId.empty() ? package.PackageId : selected->PackageId;
    std::vector<std::pair<const char*, std::string>> values = {
        {"PackageId", id}, {"PackageVersion", selected->Version}, {"FeedId", selected->FeedId}};
    if (!selected->Registry.empty()) {
      values.insert(values.end(), {{"Image", image_of(*selected, id)},
                                   {"Registry", selected->Registry},
                                   {"Version", selected->Version},
                                   {"Tag", selected->Version},
                                   {"Digest", selected->Digest}});
    }
    for (const auto& [name, value] : values) {
      out.add_system(fmt::format("Octopus.Action.Package[{}].{}", package.Name, name), value);
      if (package.Name.empty()) out.add_system(fmt::format("Octopus.Action.Package.{}", name), value);
    }
  }
}

std::string image_of(const SelectedPackage& selected, std::string_view package_id) {
  return fmt::format("{}/{}:{}", selected.Registry, package_id, selected.Version);
}

}  // namespace slipway::planning
