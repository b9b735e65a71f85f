#include "commands/release_numbers.h"

#include <fmt/format.h>

#include <functional>
#include <set>

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

std::vector<storage::ReleaseRecord> all_releases(storage::Reader& reader, const model::Project& project) {
  storage::ReleaseFilter filter;
  filter.project = project.Id;
  return storage::list_releases(reader, filter, storage::everything).items;
}

/// The release to count on from, of one channel or of the whole project ("").
using LastRelease = std::function<std::optional<storage::ReleaseRecord>(const std::string& channel)>;

/// VER-6: as they were made.
LastRelease last_made(storage::Reader& reader, const model::Project& project) {
  return [&](const std::string& channel) { return storage::latest_release(reader, project.Id, channel); };
}

LastRelease highest_of(const std::vector<storage::ReleaseRecord>& releases) {
  return [&](const std::string& channel) {
    std::optional<storage::ReleaseRecord> highest;
    for (const storage::ReleaseRecord& release : releases) {
      const bool counts = channel.empty() || release.channel == channel;
      if (counts && (!highest || release.version_key > highest->version_key)) highest = release;
    }
    return highest;
  };
}

language::ReleaseHistory history_of(const LastRelease& last, const std::vector<model::Channel>& channels,
                                    const model::Channel& channel) {
  const auto version_in = [&](const std::string& id) -> std::optional<language::Version> {
    const auto release = last(id);
    if (!release) return std::nullopt;
    return language::try_parse_version(language::VersionFormat::octopus, release->version);
  };
  language::ReleaseHistory history;
  history.last = version_in("");
  history.last_in_channel = version_in(channel.Id);
  for (const model::Channel& other : channels) {
    if (auto version = version_in(other.Id)) history.last_by_channel.emplace(other.Name, std::move(*version));
  }
  return history;
}

std::string by_template(storage::Reader& reader, const CommandContext& context, const model::Project& project,
                        const model::Channel& channel, const LastRelease& last) {
  const storage::DocumentLookup lookup(reader);
  const auto set = model::find<model::VariableSet>(lookup, project.VariableSetId).value_or(model::VariableSet{});
  const std::string& text = project.VersioningStrategy.Template.value_or("");
  language::ReleaseTemplateInput input;
  if (!text.empty()) input.template_text = text;
  input.channel_name = channel.Name;
  input.variables = planning::variables_at_creation(set, channel);
  input.history = history_of(last, model::list<model::Channel>(lookup, project.Id), channel);
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
  std::vector<std::string> versions;
  for (storage::ReleaseRecord& release : all_releases(reader, project)) versions.push_back(std::move(release.version));
  const auto latest = mask->latest_of(versions);
  if (latest.empty()) return mask->apply(std::nullopt);
  return mask->apply(language::try_parse_version(language::VersionFormat::octopus, latest.front()));
}

/// "1.0.2" after "1.0.1", "1.0.1-beta" after "1.0.0-beta"; metadata makes no other version and is left out.
std::string counted_up(std::string_view number) {
  number = number.substr(0, number.find('+'));
  const std::size_t end = number.find_last_of("0123456789") + 1;
  return language::increment_release(number.substr(0, end)) + std::string(number.substr(end));
}

/// What the template gives. Where that is taken, since a lower number was made last or the template has no counter, it
/// counts on from the highest number, and then up.
std::string free_number(storage::Reader& reader, const CommandContext& context, const model::Project& project,
                        const model::Channel& channel) {
  const auto numbered_after = [&](const LastRelease& last) {
    return checked_number(without_mask(reader, project, by_template(reader, context, project, channel, last)));
  };
  std::string number = numbered_after(last_made(reader, project));
  if (!storage::find_release_by_version(reader, project.Id, version_key(number))) return number;
  const auto releases = all_releases(reader, project);
  std::set<std::string> taken;
  for (const storage::ReleaseRecord& release : releases) taken.insert(release.version_key);
  number = numbered_after(highest_of(releases));
  while (taken.contains(version_key(number))) number = checked_number(counted_up(number));
  return number;
}

}  // namespace

std::string release_number(storage::Reader& reader, const CommandContext& context, const model::Project& project,
                           const model::Channel& channel, const std::vector<planning::SelectedPackage>& packages,
                           const std::string& wanted) {
  const auto& donor = project.VersioningStrategy.DonorPackage;
  if (wanted.empty() && !donor) return free_number(reader, context, project, channel);
  return checked_number(without_mask(reader, project, wanted.empty() ? by_donor(project, *donor, packages) : wanted));
}

std::string checked_number(std::string version) {
  const auto parsed = language::try_parse_version(language::VersionFormat::octopus, version);
  if (parsed && (parsed->number_count == 0 || language::is_valid_release_number(version))) return version;
  fail_invalid(fmt::format("'{}' is no release version; write it like 1.2.3 or 1.2.3-beta.1.", version));
}

std::string version_key(const std::string& version) {
  return language::version_sort_key(language::parse_version(language::VersionFormat::octopus, version));
}

std::optional<std::string> next_release_number(storage::Reader& reader, const CommandContext& context,
                                               const model::Project& project, const model::Channel& channel) {
  if (project.VersioningStrategy.DonorPackage) return std::nullopt;
  try {
    return free_number(reader, context, project, channel);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::invalid) throw;
    return std::nullopt;
  }
}

}  // namespace slipway::commands
