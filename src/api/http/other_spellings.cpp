#include "api/http/other_spellings.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace slipway::api {
namespace {

constexpr Spellings kSpellings[] = {
    {"ReleaseVersion", "ReleaseId", "Release", "ReleaseNumber", "Version", "VersionNumber"},
    {"Packages", "SelectedPackages", "PackageVersions", "PackageSpecs"},
    {"PackageVersion", "DefaultPackageVersion"},
    {"PackagePrerelease", "Prerelease", "PackagePreReleaseTag", "PreReleaseTag"},
    {"ReleaseNotes", "Notes"},
    {"GitRef", "GitReference", "GitBranch", "Branch"},
    {"GitCommit", "Commit", "CommitHash", "GitHash"},
    {"IgnoreIfAlreadyExists", "IgnoreExisting", "IgnoreIfExists"},
    {"EnvironmentName", "EnvironmentNames", "DeployTo"},
    {"TenantTags", "Tags"},
    {"Variables", "FormValues", "PromptedVariables", "PromptVariables", "Values"},
    {"RunAt", "QueueTime", "DeployAt", "ScheduledTime", "StartTime"},
    {"NoRunAfter", "QueueTimeExpiry", "NoDeployAfter", "RunBefore", "ExpiryTime"},
    {"SkipStepNames", "SkipActions", "SkipSteps", "SkipActionNames", "ExcludedSteps", "StepsToSkip", "Skip"},
    {"SpecificMachineNames", "SpecificMachineIds", "DeploymentTargets", "Machines"},
    {"ExcludedMachineNames", "ExcludedMachineIds", "ExcludeMachines", "ExcludedTargets"},
    {"Comments", "DeploymentComments", "DeploymentNotes"},
    {"UseGuidedFailure", "GuidedFailure", "GuidedFailureMode", "DefaultGuidedFailureMode"},
    {"CancelActive", "CancelRunning", "CancelRunningTasks", "CancelQueuedTasks"},
    {"UpdateVariableSnapshot", "UpdateVariables", "UpdateSnapshot"},
    {"ForcePackageDownload", "ForceDownload"},
    {"ForcePackageRedeployment", "ForceRedeployment"},
    {"PackageReferenceName", "ReferenceName", "Reference"},
    {"Description", "Reason"},
    {"Expires", "Expiry", "ExpiresOn", "ExpiryDate", "ExpirationDate"},
};
static_assert(std::size(kSpellings) <= 64);

/// How a name says in which way, and how often, it names something.
constexpr std::string_view kEndings[] = {"IdOrName", "NameOrId", "Names", "Name", "Ids", "Id", "s"};
/// Shorter ones are too near to one another.
constexpr std::size_t kShortestStem = 4;

/// Blank where too little is left to tell by.
std::string_view stem_of(std::string_view name) {
  for (const std::string_view ending : kEndings) {
    if (name.size() <= ending.size()) continue;
    const std::size_t length = name.size() - ending.size();
    if (!equals_ignoring_case(name.substr(length), ending)) continue;
    if (ending == "s" && name.ends_with("ss") && !name.ends_with("sss")) break;  // "Process" is one
    name = name.substr(0, length);
    break;
  }
  return name.size() < kShortestStem ? std::string_view() : name;
}

bool is_among(std::string_view name, const Spellings& names) {
  return std::ranges::any_of(names, [&](std::string_view known) { return equals_ignoring_case(known, name); });
}

}  // namespace

std::span<const Spellings> known_spellings() { return kSpellings; }

Meaning::Meaning(std::string_view name) : stem_(stem_of(name)) {
  if (name.empty()) return;
  for (std::size_t i = 0; i < std::size(kSpellings); ++i) among_.set(i, is_among(name, kSpellings[i]));
}

bool Meaning::is_that_of(std::string_view other) const {
  if (!stem_.empty() && equals_ignoring_case(stem_, stem_of(other))) return true;
  for (std::size_t i = 0; among_.any() && i < std::size(kSpellings); ++i) {
    if (among_.test(i) && is_among(other, kSpellings[i])) return true;
  }
  return false;
}

}  // namespace slipway::api
