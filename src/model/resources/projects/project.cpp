#include "model/resources/projects/project.h"

#include <fmt/format.h>

#include <functional>
#include <map>

#include "model/resources/projects/channel.h"
#include "model/resources/projects/deployment_process.h"
#include "model/resources/projects/variable_set.h"
#include "model/resources/tenants/tenant_variables.h"

namespace slipway::model {
namespace {

constexpr std::string_view kNextPatch =
    "#{Octopus.Version.LastMajor}.#{Octopus.Version.LastMinor}.#{Octopus.Version.NextPatch}";

Field package_of_action(std::string name) {
  return object(std::move(name), {text("DeploymentAction"), text("PackageReference").nullable()}).nullable();
}

/// What the clone of a project is made of: the source's documents, with the clone's ids where they point at the
/// source's own.
class Clone {
 public:
  Clone(const Edit& edit, std::string_view source, const Lookup& lookup)
      : project_(*edit.after),
        id_(json::text_at(project_, "Id").value_or("")),
        source_(source),
        lookup_(lookup),
        channels_(lookup.list("Channel", source)) {
    ids_.emplace(source_, id_);
    for (const json::object& channel : channels_) ids_.emplace(id_of(channel), edit.new_id("Channels"));
  }

  /// Channels, process and variables. The project points at its new channel once that exists.
  Changes contents() {
    Changes changes;
    for (json::object& channel : channels_) {
      const std::string& id = ids_.at(id_of(channel));
      json::object copy = adopted(std::move(channel));
      copy["Id"] = id;
      changes.create.push_back({"Channel", std::move(copy)});
    }
    for (const std::string_view type : {"DeploymentProcess", "VariableSet"}) {
      for (json::object& document : lookup_.list(type, source_)) {
        std::string owner = id_of(document);
        changes.create.push_back({std::string(type), adopted(std::move(document)), std::move(owner)});
      }
    }
    json::object& creation = project_["ReleaseCreationStrategy"].as_object();
    if (const auto channel = json::text_at(creation, "ChannelId")) {
      json::object adapted = creation;
      adapt(adapted["ChannelId"]);
      changes.update.push_back({{"Id", id_}, {"ReleaseCreationStrategy", std::move(adapted)}});
      creation["ChannelId"] = nullptr;
    }
    return changes;
  }

 private:
  static std::string id_of(const json::object& document) {
    return std::string(json::text_at(document, "Id").value_or(""));
  }

  json::object adopted(json::object document) const {
    for (const std::string_view own : {"Id", "Version", "Slug", "ProjectId", "OwnerId"}) document.stable_erase(own);
    document["ProjectId"] = id_;
    document["OwnerId"] = id_;
    for_each_in(document, "Steps", [&](json::object& step) {
      for_each_in(step, "Actions", [&](json::object& action) { adapt_items(action, "Channels"); });
    });
    for_each_in(document, "Variables", [&](json::object& variable) {
      json::value* scope = json::find(variable, "Scope");
      if (scope == nullptr || !scope->is_object()) return;
      for (const std::string_view dimension : {"Channel", "ProcessOwner"}) adapt_items(scope->get_object(), dimension);
    });
    return document;
  }

  template <class F>
  static void for_each_in(json::object& owner, std::string_view list, F f) {
    json::value* items = json::find(owner, list);
    if (items == nullptr || !items->is_array()) return;
    for (json::value& item : items->get_array()) {
      if (item.is_object()) f(item.get_object());
    }
  }

  void adapt_items(json::object& owner, std::string_view list) const {
    json::value* items = json::find(owner, list);
    if (items == nullptr || !items->is_array()) return;
    for (json::value& item : items->get_array()) adapt(item);
  }

  void adapt(json::value& id) const {
    if (!id.is_string()) return;
    const auto found = ids_.find(json::view(id.get_string()));
    if (found != ids_.end()) id = found->second;
  }

  json::object& project_;
  const std::string id_;
  const std::string source_;
  const Lookup& lookup_;
  std::vector<json::object> channels_;                   ///< of the source
  std::map<std::string, std::string, std::less<>> ids_;  ///< of the source's documents → of the clone's
};

/// One default channel, an empty process and no variables.
Changes new_contents(const json::object& project) {
  const std::string_view id = json::text_at(project, "Id").value_or("");
  const std::string_view space = json::text_at(project, "SpaceId").value_or("");
  return {.create = {{"Channel", {{"SpaceId", space}, {"ProjectId", id}, {"Name", "Default"}, {"IsDefault", true}}},
                     {"DeploymentProcess", {{"SpaceId", space}, {"ProjectId", id}}},
                     {"VariableSet", {{"SpaceId", space}, {"OwnerId", id}}}}};
}

void check(const json::object& project, Problems& problems) {
  const json::object& versioning = project.at("VersioningStrategy").as_object();
  if (!json::text_at(versioning, "Template").value_or("").empty() &&
      json::object_at(versioning, "DonorPackage") != nullptr) {
    problems.add("VersioningStrategy: give either a Template or a DonorPackage, not both.");
  }
  const json::object* persistence = json::object_at(project, "PersistenceSettings");
  if (persistence == nullptr || json::text_at(*persistence, "Type") != "Database") {
    problems.add("PersistenceSettings.Type must be Database: projects whose process lives in Git are not supported.");
  }
}

Changes project_hook(const Edit& edit, const Lookup& lookup, Problems& problems) {
  if (edit.is_deletion()) return {};
  check(*edit.after, problems);
  if (!edit.user.empty()) check_template_names(edit.before, *edit.after, problems);
  if (!edit.is_creation()) return hide_values_of_new_secrets(*edit.before, *edit.after, "ProjectVariables", lookup);
  const auto source = json::text_at(*edit.after, "ClonedFromProjectId");
  return source ? Clone(edit, *source, lookup).contents() : new_contents(*edit.after);
}

json::value summary(const json::object& project, const Lookup& lookup) {
  const auto process = find<DeploymentProcess>(lookup, json::text_at(project, "DeploymentProcessId").value_or(""));
  return json::object{{"HasDeploymentProcess", process && !process->Steps.empty()}, {"HasRunbooks", false}};
}

}  // namespace

Schema project_schema() {
  return {
      .type = "Project",
      .collection = "projects",
      .id_prefix = "Projects",
      .dimension = Dimension::project,
      .fields =
          {
              name_field(),
              slug_field(),
              description_field(),
              flag("IsDisabled"),
              reference("LifecycleId", {"Lifecycle"}).required(),
              reference("ProjectGroupId", {"ProjectGroup"}).required(),
              text("DeploymentProcessId").made_of("deploymentprocess-<Id>"),
              text("VariableSetId").made_of("variableset-<Id>"),
              references("IncludedLibraryVariableSetIds", {"LibraryVariableSet"}),
              choice("TenantedDeploymentMode", {"Untenanted", "TenantedOrUntenanted", "Tenanted"}),
              choice("DefaultGuidedFailureMode", {"EnvironmentDefault", "Off", "On"}),
              flag("DefaultToSkipIfAlreadyInstalled"),
              object("VersioningStrategy", {text("Template").nullable(), package_of_action("DonorPackage"),
                                            text("DonorPackageStepId").nullable()})
                  .otherwise(json::object{{"Template", kNextPatch}})
                  .keeps(),
              object("ReleaseCreationStrategy",
                     {reference("ChannelId", {"Channel"}).unlinked_on_delete(),
                      package_of_action("ReleaseCreationPackage"), text("ReleaseCreationPackageStepId").nullable()})
                  .keeps(),
              object("ProjectConnectivityPolicy",
                     {choice("SkipMachineBehavior", {"None", "SkipUnavailableMachines"}), texts("TargetRoles"),
                      flag("AllowDeploymentsToNoTargets"), flag("ExcludeUnhealthyTargets")})
                  .keeps(),
              anything("PersistenceSettings", json::object{{"Type", "Database"}}).keeps(),
              flag("IsVersionControlled").server_set(),
              flag("AutoCreateRelease"),
              flag("DiscreteChannelRelease"),
              flag("AllowIgnoreChannelRules", true),
              flag("ForcePackageDownload"),
              flag("FailTargetDiscovery"),
              flag("CancelQueuedTasks"),
              flag("CancelRunningTasks"),
              text("ReleaseNotesTemplate").nullable(),
              text("DeploymentChangesTemplate").nullable(),
              reference("ClonedFromProjectId", {"Project"}).outlives_target().server_set(),
              templates_field(),
              anything("AutoDeployReleaseOverrides", json::array()),
              tags("ProjectTags"),
              anything("ExtensionSettings", json::array()),
          },
      .nestings = {{"Lifecycle", "LifecycleId", "projects", Nesting::Shape::bare_list},
                   {"ProjectGroup", "ProjectGroupId", "projects", Nesting::Shape::list}},
      .views = {{"deploymentsettings",
                 "DeploymentSettings",
                 "deploymentsettings",
                 "ProjectId",
                 {{"ConnectivityPolicy", "ProjectConnectivityPolicy"},
                  {"DefaultGuidedFailureMode", "DefaultGuidedFailureMode"},
                  {"DefaultToSkipIfAlreadyInstalled", "DefaultToSkipIfAlreadyInstalled"},
                  {"DeploymentChangesTemplate", "DeploymentChangesTemplate"},
                  {"ReleaseNotesTemplate", "ReleaseNotesTemplate"},
                  {"VersioningStrategy", "VersioningStrategy"},
                  {"ForcePackageDownload", "ForcePackageDownload"},
                  {"FailTargetDiscovery", "FailTargetDiscovery"},
                  {"CancelQueuedTasks", "CancelQueuedTasks"},
                  {"CancelRunningTasks", "CancelRunningTasks"}}}},
      .derived = {{"summary", "What the project has.", summary}},
      .filters = {{"projectGroupId", "ProjectGroupId"}, {"clonedFromProjectId", "ClonedFromProjectId"}},
      .links = {{"Web", "/app#/<space>/projects/<id>"},
                {"Channels", "<self>/channels{/id}{?skip,take,ids,partialName}"},
                {"DeploymentProcess", "<self>/deploymentprocesses"},
                {"DeploymentSettings", "<self>/deploymentsettings"},
                {"Releases", "<self>/releases{/version}{?skip,take,searchByVersion}"},
                {"Progression", "<self>/progression{?releaseHistoryCount}"},
                {"Summary", "<self>/summary"},
                {"Variables", "/api/<space>/variables/variableset-<id>"},
                {"Runbooks", "<self>/runbooks{?skip,take}"},
                {"RunbookSnapshots", "<self>/runbookSnapshots{/name}{?skip,take}"},
                {"Triggers", "<self>/triggers{?skip,take}"},
                {"ScheduledTriggers", "<self>/triggers{?skip,take}"}},
      .list_template = "{?name,skip,ids,clone,take,partialName,clonedFromProjectId}",
      .link_name = "Projects",
      .permissions = permissions_of("Project"),
      .clone_source = "ClonedFromProjectId",
      .hook = project_hook,
  };
}

}  // namespace slipway::model
