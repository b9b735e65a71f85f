#include "commands/release_numbers.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "language/release_template.h"
#include "language/version.h"
#include "language/version_mask.h"
#include "model/lookup.h"
#include "planning/release_variables.h"
#include "storage/document_lookup.h"
#include "storage/releases.h"

namespace slipway::commands {
namespace {

std::optional<language::Version> version_of(const std::optional<storage::ReleaseRecord>& release) {
  if (!release) return std::nullopt;
  return language::try_parse_version(language::VersionFormat::octopus, release->version);
}

language::ReleaseHistory history_of(storage::Reader& reader, const model::Project& project,
                                    const model::Channel& channel) {
  language::ReleaseHistory history;
  history.last = version_of(storage::latest_release(reader, project.Id, ""));
  history.last_in_channel = version_of(storage::latest_release(reader, project.Id, channel.Id));
  for (const auto& other : model::list<model::Channel>(storage::DocumentLookup(reader), project.Id)) {
    if (auto last = version_of(storage::latest_release(reader, project.Id, other.Id))) {
      history.last_by_channel.emplace(other.Name, std::move(*last));
    }
  }
  return history;
}

std::string by_template(storage::Reader& reader, const CommandContext& context, const model::Project& project,
                        const model::Channel& channel) {
  const storage::DocumentLookup lookup(reader);
  const auto set = model::find<model::VariableSet>(lookup, project.VariableSetId).value_or(model::VariableSet{});
  language::ReleaseTemplateInput input;
  if (project.VersioningStrategy.Template) input.template_text = *project.VersioningStrategy.Template;
  input.channel_name = channel.Name;
  input.variables = planning::variables_at_creation(set, channel);
  input.history = history_of(reader, project, channel);
  input.now = context.clock.now();
  language::ReleaseNumber number = language::next_release_number(input);
  if (number.error) {
    fail_invalid(fmt::format("The project '{}' numbers its releases by '{}', which gives no version: {}", project.Name,
                             input.template_text, *number.error));
  }
  return std::move(number.text);
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

/// VER-7: which parts of the highest fitting version go on, or count up.
std::string without_mask(storage::Reader& reader, const model::Project& project, const std::string& text) {
  const auto mask = language::VersionMask::parse(text);
  if (!mask || !mask->has_substitutes()) return text;
  storage::ReleaseFilter filter;
  filter.project = project.Id;
  std::vector<std::string> versions;
  for (storage::ReleaseRecord& release : storage::list_releases(reader, filter, storage::everything).items) {
    versions.push_back(std::move(release.version));
  }
  const auto latest = mask->latest_of(versions);
  if (latest.empty()) return mask->apply(std::nullopt);
  return mask->apply(language::try_parse_version(language::VersionFormat::octopus, latest.front()));
}

}  // namespace

std::string release_number(storage::Reader& reader, const CommandContext& context, const model::Project& project,
                           const model::Channel& channel, const std::vector<planning::SelectedPackage>& packages,
                           const std::string& wanted) {
  const auto& donor = project.VersioningStrategy.DonorPackage;
  const std::string text = !wanted.empty() ? wanted
                           : donor         ? by_donor(project, *donor, packages)
                                           : by_template(reader, context, project, channel);
  return checked_number(without_mask(reader, project, text));
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
  return without_mask(reader, project, by_template(reader, context, project, channel));
}

}  // namespace slipway::commands
