#include "planning/system_variable_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/nearest.h"
#include "base/text.h"

namespace slipway::planning {
namespace {

using Scene = DeploymentContext;
using Value = std::optional<std::string>;

Value unless_empty(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

std::string space_path(const Scene& s) { return s.server_uri + "/app#/" + s.space.Id; }

constexpr std::string_view kUntenanted = "the deployment is untenanted";
constexpr std::string_view kFirst = "it is the project's first release";
constexpr std::string_view kFirstHere = "nothing was deployed there before";
constexpr std::string_view kNoGit = "the release was made without a Git reference";
constexpr std::string_view kNoAddress = "the server is not told its own address";
constexpr std::string_view kNoTriggers = "deployments are not made by triggers";
constexpr std::string_view kNoMachines = "steps run on the server, not on deployment targets";
constexpr std::string_view kNoPackage = "the action has no such package";
constexpr std::string_view kNoImage = "the package is no container image";
constexpr std::string_view kNoFailure = "no step has failed so far";

constexpr auto kTable = std::to_array<SystemVariable>({
    {"Octopus.Release.Id", "the release", [](const Scene& s) { return Value(s.release.id); }},
    {"Octopus.Release.Number", "its version", [](const Scene& s) { return Value(s.release.version); }},
    {"Octopus.Release.Notes", "its notes", [](const Scene& s) { return Value(s.release.notes); }},
    {"Octopus.Release.Created", "when it was made",
     [](const Scene& s) { return Value(to_rfc3339(s.release.assembled)); }},
    {"Octopus.Release.Channel.Id", "its channel", [](const Scene& s) { return Value(s.channel.Id); }},
    {"Octopus.Release.Channel.Name", "its channel", [](const Scene& s) { return Value(s.channel.Name); }},
    {"Octopus.Release.CustomFields[*]", "a custom field of it, by name", nullptr, "the release has no such field"},
    {"Octopus.Release.Git.Ref", "the Git reference it was made of",
     [](const Scene& s) { return unless_empty(s.release.git_ref); }, kNoGit},
    {"Octopus.Release.Git.BranchName", "the branch, where that is one",
     [](const Scene& s) -> Value {
       constexpr std::string_view heads = "refs/heads/";
       const std::string& ref = s.release.git_ref;
       if (ref.starts_with(heads)) return ref.substr(heads.size());
       return ref.starts_with("refs/") ? std::nullopt : unless_empty(ref);
     },
     kNoGit},
    {"Octopus.Release.Git.CommitHash", "the commit", [](const Scene& s) { return unless_empty(s.release.git_commit); },
     kNoGit},
    {"Octopus.Release.Previous.Id", "the project's release that was made before it",
     [](const Scene& s) { return unless_empty(s.release.previous.id); }, kFirst},
    {"Octopus.Release.Previous.Number", "its version",
     [](const Scene& s) { return unless_empty(s.release.previous.version); }, kFirst},
    {"Octopus.Release.CurrentForEnvironment.Id", "the release that runs in the environment, for the tenant, now",
     [](const Scene& s) { return Value(s.deployment.current_release.id); }},
    {"Octopus.Release.CurrentForEnvironment.Number", "its version; empty where nothing was deployed yet",
     [](const Scene& s) { return Value(s.deployment.current_release.version); }},
    {"Octopus.Release.PreviousForEnvironment.Id", "the other release that ran there last",
     [](const Scene& s) { return unless_empty(s.deployment.previous_release.id); }, kFirstHere},
    {"Octopus.Release.PreviousForEnvironment.Number", "its version",
     [](const Scene& s) { return unless_empty(s.deployment.previous_release.version); }, kFirstHere},
    {"Octopus.Deployment.Id", "the deployment", [](const Scene& s) { return Value(s.deployment.id); }},
    {"Octopus.Deployment.Name", "its name", [](const Scene& s) { return Value(s.deployment.name); }},
    {"Octopus.Deployment.Comments", "its comments",
     [](const Scene& s) { return Value(s.deployment.options.Comments); }},
    {"Octopus.Deployment.Created", "when it was made",
     [](const Scene& s) { return Value(to_rfc3339(s.deployment.created)); }},
    {"Octopus.Deployment.CreatedBy.Id", "who made it", [](const Scene& s) { return Value(s.created_by.Id); }},
    {"Octopus.Deployment.CreatedBy.Username", "who made it",
     [](const Scene& s) { return Value(s.created_by.Username); }},
    {"Octopus.Deployment.CreatedBy.DisplayName", "who made it",
     [](const Scene& s) { return Value(s.created_by.DisplayName); }},
    {"Octopus.Deployment.CreatedBy.EmailAddress", "who made it",
     [](const Scene& s) { return Value(s.created_by.EmailAddress); }},
    {"Octopus.Deployment.PreviousSuccessful.Id", "the last deployment there that succeeded",
     [](const Scene& s) { return unless_empty(s.deployment.previous_successful); }, kFirstHere},
    {"Octopus.Deployment.Tenant.Id", "the tenant",
     [](const Scene& s) { return s.tenant ? Value(s.tenant->Id) : std::nullopt; }, kUntenanted},
    {"Octopus.Deployment.Tenant.Name", "the tenant",
     [](const Scene& s) { return s.tenant ? Value(s.tenant->Name) : std::nullopt; }, kUntenanted},
    {"Octopus.Deployment.Tenant.Slug", "the tenant",
     [](const Scene& s) { return s.tenant ? Value(s.tenant->Slug) : std::nullopt; }, kUntenanted},
    {"Octopus.Deployment.Tenant.Tags", "its tags, separated by commas",
     [](const Scene&
            s) { return s.tenant ? Value(fmt::format("{}", fmt::join(s.tenant->TenantTags, ","))) : std::nullopt; },
     kUntenanted},
    {"Octopus.Deployment.Error", "what the first step that failed said", nullptr, kNoFailure},
    {"Octopus.Deployment.ErrorDetail", "the same", nullptr, kNoFailure},
    {"Octopus.Deployment.SpecificMachines", "always empty: steps run on the server",
     [](const Scene&) { return Value(""); }},
    {"Octopus.Deployment.ExcludedMachines", "always empty: steps run on the server",
     [](const Scene&) { return Value(""); }},
    {"Octopus.Deployment.Trigger.Id", "the trigger", nullptr, kNoTriggers},
    {"Octopus.Deployment.Trigger.Name", "the trigger", nullptr, kNoTriggers},
    {"Octopus.Deployment.Trigger.Type", "the trigger", nullptr, kNoTriggers},
    {"Octopus.Deployment.Changes", "what changed since the last deployment", nullptr, "no build information is kept"},
    {"Octopus.Environment.Id", "the environment", [](const Scene& s) { return Value(s.environment.Id); }},
    {"Octopus.Environment.Name", "the environment", [](const Scene& s) { return Value(s.environment.Name); }},
    {"Octopus.Environment.Slug", "the environment", [](const Scene& s) { return Value(s.environment.Slug); }},
    {"Octopus.Environment.SortOrder", "its place among the environments",
     [](const Scene& s) { return Value(std::to_string(s.environment.SortOrder)); }},
    {"Octopus.Project.Id", "the project", [](const Scene& s) { return Value(s.project.Id); }},
    {"Octopus.Project.Name", "the project", [](const Scene& s) { return Value(s.project.Name); }},
    {"Octopus.Project.Slug", "the project", [](const Scene& s) { return Value(s.project.Slug); }},
    {"Octopus.ProjectGroup.Id", "the project's group", [](const Scene& s) { return Value(s.project_group.Id); }},
    {"Octopus.ProjectGroup.Name", "the project's group", [](const Scene& s) { return Value(s.project_group.Name); }},
    {"Octopus.Space.Id", "the space", [](const Scene& s) { return Value(s.space.Id); }},
    {"Octopus.Space.Name", "the space", [](const Scene& s) { return Value(s.space.Name); }},
    {"Octopus.Task.Id", "the deployment's task", [](const Scene& s) { return Value(s.deployment.task); }},
    {"Octopus.Task.Name", "its kind", [](const Scene& s) { return Value(s.deployment.task_name); }},
    {"Octopus.Task.QueueTime", "when it was to start",
     [](const Scene& s) { return Value(to_rfc3339(s.deployment.queued)); }},
    {"Octopus.Task.QueueTimeExpiry", "until when it had to start",
     [](const Scene&
            s) { return s.deployment.queue_expiry ? Value(to_rfc3339(*s.deployment.queue_expiry)) : std::nullopt; },
     "the deployment may start at any time"},
    {"Octopus.Task.ConcurrencyTag", "what tasks of which one runs at a time share",
     [](const Scene& s) { return Value(s.deployment.concurrency_tag); }},
    {"Octopus.Web.BaseUrl", "the server's address", [](const Scene& s) { return unless_empty(s.server_uri); },
     kNoAddress},
    {"Octopus.Web.ServerUri", "the server's address", [](const Scene& s) { return unless_empty(s.server_uri); },
     kNoAddress},
    {"Octopus.Web.ProjectLink", "the project, in a browser",
     [](const Scene& s) { return Value(space_path(s) + "/projects/" + s.project.Id); }},
    {"Octopus.Web.ReleaseLink", "the release, in a browser",
     [](const Scene& s) { return Value(space_path(s) + "/releases/" + s.release.id); }},
    {"Octopus.Web.DeploymentLink", "the deployment, in a browser",
     [](const Scene& s) { return Value(space_path(s) + "/deployments/" + s.deployment.id); }},
    {"Octopus.Step.Id", "the step"},
    {"Octopus.Step.Name", "the step"},
    {"Octopus.Step.Number", "its number in the process"},
    {"Octopus.Step[*].Status.Code", "how a step ended, by its name", nullptr,
     "the states of other steps are told by run conditions alone"},
    {"Octopus.Action.Id", "the action"},
    {"Octopus.Action.Name", "the action"},
    {"Octopus.Action.Number", "its number in the process"},
    {"Octopus.Action.IsSkipped", "False: what is skipped is not evaluated"},
    {"Octopus.Action[*].Output.*", "an output of an earlier step, by the action's name", nullptr,
     "no earlier step has set it"},
    {"Octopus.Action.Package.PackageId", "the primary package", nullptr, kNoPackage},
    {"Octopus.Action.Package.PackageVersion", "the primary package", nullptr, kNoPackage},
    {"Octopus.Action.Package.FeedId", "the primary package", nullptr, kNoPackage},
    {"Octopus.Action.Package.Image", "the primary package: registry/repository:tag", nullptr, kNoImage},
    {"Octopus.Action.Package.Registry", "the primary package", nullptr, kNoImage},
    {"Octopus.Action.Package.Version", "the primary package", nullptr, kNoImage},
    {"Octopus.Action.Package.Tag", "the primary package", nullptr, kNoImage},
    {"Octopus.Action.Package.Digest", "the primary package: what its tag stood for", nullptr, kNoImage},
    {"Octopus.Action.Package[*].PackageId", "a package, by its reference's name", nullptr, kNoPackage},
    {"Octopus.Action.Package[*].PackageVersion", "a package, by its reference's name", nullptr, kNoPackage},
    {"Octopus.Action.Package[*].FeedId", "a package, by its reference's name", nullptr, kNoPackage},
    {"Octopus.Action.Package[*].Image", "a package: registry/repository:tag", nullptr, kNoImage},
    {"Octopus.Action.Package[*].Registry", "a package, by its reference's name", nullptr, kNoImage},
    {"Octopus.Action.Package[*].Version", "a package, by its reference's name", nullptr, kNoImage},
    {"Octopus.Action.Package[*].Tag", "a package, by its reference's name", nullptr, kNoImage},
    {"Octopus.Action.Package[*].Digest", "a package: what its tag stood for", nullptr, kNoImage},
    {"Octopus.Machine.Id", "the deployment target", nullptr, kNoMachines},
    {"Octopus.Machine.Name", "the deployment target", nullptr, kNoMachines},
    {"Octopus.WorkerPool.Id", "the worker pool", nullptr, kNoMachines},
    {"Octopus.WorkerPool.Name", "the worker pool", nullptr, kNoMachines},
});

/// The name with each index as `[*]`, and what an output is called as `*`.
std::string pattern_of(std::string_view name) {
  std::string pattern;
  int depth = 0;
  for (const char c : name) {
    if (c == '[' && depth++ == 0) pattern += "[*]";
    if (depth == 0) pattern += c;
    if (c == ']' && depth > 0) --depth;
  }
  constexpr std::string_view output = "Octopus.Action[*].Output.";
  if (pattern.size() > output.size() && equals_ignoring_case(pattern.substr(0, output.size()), output)) {
    return std::string(output) + "*";
  }
  return pattern;
}

}  // namespace

std::span<const SystemVariable> system_variables() { return kTable; }

std::optional<std::string> why_no_system_value(std::string_view name) {
  constexpr std::string_view prefix = "Octopus.";
  if (name.size() < prefix.size() || !equals_ignoring_case(name.substr(0, prefix.size()), prefix)) return std::nullopt;
  const std::string pattern = pattern_of(name);
  for (const SystemVariable& variable : kTable) {
    if (!equals_ignoring_case(variable.name, pattern)) continue;
    if (variable.none.empty()) return fmt::format("The system variable '{}' has no value here.", name);
    return fmt::format("The system variable '{}' has no value, since {}.", name, variable.none);
  }
  std::vector<std::string_view> names;
  for (const SystemVariable& variable : kTable) names.push_back(variable.name);
  return fmt::format("There is no system variable '{}'.{}", name, did_you_mean(pattern, names));
}

std::string system_variable_docs() {
  std::string text = "| variable | is | has no value where |\n|---|---|---|\n";
  for (const SystemVariable& variable : kTable) {
    text += fmt::format("| `{}` | {} | {} |\n", variable.name, variable.meaning, variable.none);
  }
  return text;
}

}  // namespace slipway::planning
