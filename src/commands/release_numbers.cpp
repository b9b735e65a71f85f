#include "commands/release_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "language/versions/version.h"
#include "language/versions/version_mask.h"
#include "model/lookup.h"
#include "planning/release_variables.h"
#include "storage/document_lookup.h"
#include "storage/releases.h"
#include "views/release_lookup.h"

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

bool is_higher(const storage::ReleaseRecord& a, const storage::ReleaseRecord& b) {
  const auto left = language::try_parse_release_version(a.version);
  const auto right = language::try_parse_release_version(b.version);
  return left && (!right || language::compare(*left, *right) > 0);
}

LastRelease highest_of(const std::vector<storage::ReleaseRecord>& releases) {
  return [&](const std::string& channel) {
    std::optional<storage::ReleaseRecord> highest;
    for (const storage::ReleaseRecord& release : releases) {
      const bool counts = channel.empty() || release.channel == channel;
      if (counts && (!highest || is_higher(release, *highest))) highest = release;
    }
    return highest;
  };
}

language::ReleaseHistory history_of(const LastRelease& last, const std::vector<model::Channel>& channels,
                                    const model::Channel& channel) {
  const auto version_in = [&](const std::string& id) -> std::optional<language::Version> {
    const auto release = last(id);
    if (!release) return std::nullopt;
    return language::try_parse_release_version(release->version);
  };
  language::ReleaseHistory history;
  history.last = version_in("");
  history.last_in_channel = version_in(channel.Id);
  for (const model::Channel& other : channels) {
    if (auto version = version_in(other.Id)) history.last_by_channel.emplace(other.Name, std::move(*version));
  }
  return history;
}

NumberGround ground_of(storage::Reader& reader, const CommandContext& context, const model::Project& project,
                       const model::Channel& channel, const LastRelease& last) {
  const storage::DocumentLookup lookup(reader);
  const auto set = model::find<model::VariableSet>(lookup, project.VariableSetId).value_or(model::VariableSet{});
  const std::string& text = project.VersioningStrategy.Template.value_or("");
  NumberGround ground;
  ground.project = project.Name;
  if (!text.empty()) ground.input.template_text = text;
  ground.input.channel_name = channel.Name;
  ground.input.variables = planning::variables_at_creation(set, channel);
  ground.input.history = history_of(last, model::list<model::Channel>(lookup, project.Id), channel);
  ground.input.now = context.clock.now();
  return ground;
}

std::string evaluated(const NumberGround& ground, language::Budget& budget) {
  language::ReleaseNumber number = language::next_release_number(ground.input, budget);
  if (number.error) {
    fail_invalid(fmt::format("The project '{}' numbers its releases by '{}', which gives no version: {}",
                             ground.project, ground.input.template_text, *number.error));
  }
  return std::move(number.text);
}

bool is_same(const std::optional<language::Version>& a, const std::optional<language::Version>& b) {
  return a.has_value() == b.has_value() && (!a || a->original == b->original);
}

/// Whether a template gives the same on both, but for the time.
bool is_same(const language::ReleaseTemplateInput& a, const language::ReleaseTemplateInput& b) {
  const auto same_variable = [](const auto& x, const auto& y) { return x.name == y.name && x.value == y.value; };
  const auto same_channel = [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.original == y.second.original;
  };
  const auto& [last, last_in_channel, channels] = a.history;
  return a.template_text == b.template_text && a.channel_name == b.channel_name && is_same(last, b.history.last) &&
         is_same(last_in_channel, b.history.last_in_channel) &&
         std::equal(channels.begin(), channels.end(), b.history.last_by_channel.begin(),
                    b.history.last_by_channel.end(), same_channel) &&
         std::equal(a.variables.begin(), a.variables.end(), b.variables.begin(), b.variables.end(), same_variable);
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
  return mask->next(versions);
}

/// "1.0.2" after "1.0.1", "1.0.1-beta" after "1.0.0-beta"; metadata makes no other version and is left out.
std::string counted_up(std::string_view number) {
  number = number.substr(0, number.find('+'));
  const std::size_t end = number.find_last_of("0123456789") + 1;
  return language::increment_release(number.substr(0, end)) + std::string(number.substr(end));
}

std::string settled(storage::Reader& reader, const model::Project& project, const std::string& number) {
  return checked_number(without_mask(reader, project, number));
}

/// What the template gives. Where that is taken, since a lower number was made last or the template has no counter, it
/// counts on from the highest number, and then up.
std::string free_number(storage::Reader& reader, const model::Project& project, const TemplateNumber& by_template) {
  std::string number = settled(reader, project, by_template.after_last);
  if (!views::find_release_of(reader, project.Id, number)) return number;
  if (!by_template.after_highest) throw NumberOutdated();
  std::set<std::string> taken;
  for (const storage::ReleaseRecord& release : all_releases(reader, project)) {
    taken.insert(version_key(release.version));
  }
  number = settled(reader, project, *by_template.after_highest);
  while (taken.contains(version_key(number))) number = checked_number(counted_up(number));
  return number;
}

}  // namespace

NumberOutdated::NumberOutdated()
    : Error(ErrorCode::conflict, "Other releases of the project were made while this one was; repeat the call.") {}

bool is_numbered_by_template(const model::Project& project, const std::string& wanted) {
  return wanted.empty() && !project.VersioningStrategy.DonorPackage;
}

TemplateNumber evaluate_template(CommandContext& context, const model::Project& project,
                                 const model::Channel& channel) {
  TemplateNumber number;
  number.ground = context.database.read([&](storage::Reader& reader) {
    return ground_of(reader, context, project, channel, last_made(reader, project));
  });
  number.after_last = evaluated(number.ground, context.budget);
  const auto on_from_highest = context.database.read([&](storage::Reader& reader) -> std::optional<NumberGround> {
    if (!views::find_release_of(reader, project.Id, settled(reader, project, number.after_last))) return std::nullopt;
    const auto releases = all_releases(reader, project);
    return ground_of(reader, context, project, channel, highest_of(releases));
  });
  if (on_from_highest) number.after_highest = evaluated(*on_from_highest, context.budget);
  return number;
}

std::string release_number(storage::Reader& reader, const CommandContext& context, const model::Project& project,
                           const model::Channel& channel, const std::vector<planning::SelectedPackage>& packages,
                           const std::string& wanted, const std::optional<TemplateNumber>& by_template) {
  if (is_numbered_by_template(project, wanted)) {
    const NumberGround now = ground_of(reader, context, project, channel, last_made(reader, project));
    if (!by_template || !is_same(by_template->ground.input, now.input)) throw NumberOutdated();
    return free_number(reader, project, *by_template);
  }
  const auto& donor = project.VersioningStrategy.DonorPackage;
  return settled(reader, project, wanted.empty() ? by_donor(project, *donor, packages) : wanted);
}

std::string checked_number(std::string version) {
  const auto parsed = language::try_parse_release_version(version);
  if (parsed && (parsed->number_count == 0 || language::is_valid_release_number(version))) return version;
  fail_invalid(fmt::format("'{}' is no release version; write it like 1.2.3 or 1.2.3-beta.1.", version));
}

std::string version_key(const std::string& version) {
  const auto parsed = language::try_parse_release_version(version);
  // What earlier releases of Slipway took for a version was checked then.
  return parsed ? language::version_sort_key(*parsed) : version;
}

std::optional<std::string> next_release_number(CommandContext& context, const model::Project& project,
                                               const model::Channel& channel) {
  if (project.VersioningStrategy.DonorPackage) return std::nullopt;
  try {
    const TemplateNumber by_template = evaluate_template(context, project, channel);
    return context.database.read([&](storage::Reader& reader) { return free_number(reader, project, by_template); });
  } catch (const Error& error) {
    if (error.code() != ErrorCode::invalid && error.code() != ErrorCode::conflict) throw;
    return std::nullopt;
  }
}

}  // namespace slipway::commands
