#include "commands/release_numbers.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "language/version.h"
#include "model/lookup.h"
#include "planning/release_number.h"
#include "storage/document_lookup.h"
#include "storage/releases.h"

namespace slipway::commands {
namespace {

planning::LastVersions last_versions(storage::Reader& reader, const model::Project& project) {
  planning::LastVersions last;
  if (const auto release = storage::latest_release(reader, project.Id, "")) last.in_project = release->version;
  const storage::DocumentLookup lookup(reader);
  for (const model::Channel& channel : model::list<model::Channel>(lookup, project.Id)) {
    if (const auto release = storage::latest_release(reader, project.Id, channel.Id)) {
      last.by_channel[channel.Name] = release->version;
    }
  }
  return last;
}

std::string by_template(storage::Reader& reader, const CommandContext& context, const model::Project& project,
                        const model::Channel& channel) {
  const storage::DocumentLookup lookup(reader);
  const auto set = model::find<model::VariableSet>(lookup, project.VariableSetId).value_or(model::VariableSet{});
  return planning::number_by_template(project.VersioningStrategy.Template.value_or(""),
                                      planning::variables_at_creation(set, channel), last_versions(reader, project),
                                      channel.Name, context.clock.now());
}

std::string by_donor(const model::Project& project, const model::ActionPackage& donor,
                     const std::vector<planning::SelectedPackage>& packages) {
  for (const planning::SelectedPackage& package : packages) {
    if (equals_ignoring_case(package.ActionName, donor.DeploymentAction) &&
        equals_ignoring_case(package.PackageReferenceName, donor.PackageReference)) {
      return package.Version;
    }
  }
  fail_invalid(
      fmt::format("The project '{}' takes its release number from the package of step '{}', which is not part of this "
                  "release; give a version.",
                  project.Name, donor.DeploymentAction));
}

}  // namespace

std::string release_number(storage::Reader& reader, const CommandContext& context, const model::Project& project,
                           const model::Channel& channel, const std::vector<planning::SelectedPackage>& packages,
                           const std::string& wanted) {
  const auto& donor = project.VersioningStrategy.DonorPackage;
  const std::string text = !wanted.empty() ? wanted
                           : donor         ? by_donor(project, *donor, packages)
                                           : by_template(reader, context, project, channel);
  return checked_number(text);
}

std::string checked_number(std::string version) {
  const auto parsed = language::try_parse_version(language::VersionFormat::octopus, version);
  if (parsed && (parsed->number_count == 0 || language::is_valid_release_number(version))) return version;
  fail_invalid(fmt::format("'{}' is no release version; write it like 1.2.3 or 1.2.3-beta.1.", version));
}

std::string version_key(const std::string& version) {
  return language::version_sort_key(language::parse_version(language::VersionFormat::octopus, version));
}

std::string next_release_number(storage::Reader& reader, const CommandContext& context, const model::Project& project,
                                const model::Channel& channel) {
  if (project.VersioningStrategy.DonorPackage) return {};
  return by_template(reader, context, project, channel);
}

}  // namespace slipway::commands
