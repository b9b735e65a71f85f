#include "planning/package_selection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/nearest.h"
#include "base/text.h"
#include "language/versions/channel_rule.h"

namespace slipway::planning {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

/// Rules name an action by name, slug or id.
bool names(const model::ActionPackage& package, const model::Action& action, std::string_view reference) {
  return equals_ignoring_case(package.PackageReference, reference) &&
         (equals_ignoring_case(package.DeploymentAction, action.Name) ||
          equals_ignoring_case(package.DeploymentAction, action.Slug) || package.DeploymentAction == action.Id);
}

bool covers(const model::ChannelRule& rule, const model::Action& action, std::string_view reference) {
  return std::any_of(rule.ActionPackages.begin(), rule.ActionPackages.end(),
                     [&](const model::ActionPackage& package) { return names(package, action, reference); });
}

bool names_a_package(const model::ActionPackage& package, const model::DeploymentProcess& process) {
  for (const model::Step& step : process.Steps) {
    for (const model::Action& action : step.Actions) {
      for (const model::PackageReference& reference : action.Packages) {
        if (names(package, action, reference.Name)) return true;
      }
    }
  }
  return false;
}

std::optional<model::ChannelRule> rule_for(const model::Channel& channel, const model::Action& action,
                                           std::string_view reference) {
  for (const model::ChannelRule& rule : channel.Rules) {
    if (covers(rule, action, reference)) return rule;
  }
  return std::nullopt;
}

language::ChannelRuleText text_of(const model::ChannelRule& rule) {
  return {rule.VersionRange.value_or(""), rule.Tag.value_or(""), {}};
}

const std::string& action_of(const SelectedPackage& selected) {
  return selected.ActionName.empty() ? selected.StepName : selected.ActionName;
}

bool is_for(const SelectedPackage& selected, const PackageNeed& need) {
  const std::string& name = action_of(selected);
  return (equals_ignoring_case(name, need.action) || equals_ignoring_case(name, need.step)) &&
         equals_ignoring_case(selected.PackageReferenceName, need.reference);
}

std::string described(const SelectedPackage& selected) {
  const std::string_view reference = selected.PackageReferenceName;
  return fmt::format("{} of step '{}'",
                     reference.empty() ? "the package without a name" : fmt::format("the package '{}'", reference),
                     action_of(selected));
}

/// What wishes may name, for a person: "'shop/web' of step 'Deploy web'", a step without packages as such.
std::string describe_packages(const std::vector<PackageNeed>& packages, const model::DeploymentProcess& process) {
  constexpr std::size_t most = 20;
  std::vector<std::string> labels;
  for (const PackageNeed& package : packages) {
    labels.push_back(package.label());
    if (package.written_id != package.package_id) labels.back() += fmt::format(" (written '{}')", package.written_id);
  }
  if (labels.empty()) {
    for (const model::Step& step : process.Steps)
      labels.push_back(fmt::format("step '{}' without packages", step.Name));
  }
  if (labels.empty()) return "no steps";
  const std::size_t more = labels.size() - std::min(labels.size(), most);
  labels.resize(labels.size() - more);
  return fmt::format("{}{}", fmt::join(labels, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

/// The names by which specs may mean a package.
std::vector<std::string_view> names_of(const std::vector<PackageNeed>& packages) {
  std::vector<std::string_view> names;
  for (const PackageNeed& package : packages) {
    names.insert(names.end(), {package.step, package.action, package.package_id, package.reference});
  }
  return names;
}

/// "Did you mean …?" of the part that is wrong: the step's name, or the reference's where the step is right.
std::string nearest_name(const SelectedPackage& selected, const std::vector<PackageNeed>& packages) {
  std::vector<std::string_view> steps, references;
  for (const PackageNeed& package : packages) {
    steps.insert(steps.end(), {package.step, package.action});
    const bool is_its = equals_ignoring_case(action_of(selected), package.action) ||
                        equals_ignoring_case(action_of(selected), package.step);
    if (is_its) references.push_back(package.reference);
  }
  return references.empty() ? did_you_mean(action_of(selected), steps)
                            : did_you_mean(selected.PackageReferenceName, references);
}

/// Every package reference of the process, of disabled steps and for other channels too.
std::vector<PackageNeed> all_packages(const model::DeploymentProcess& process, const Resolve& resolve) {
  std::vector<PackageNeed> all;
  for (const model::Step& step : process.Steps) {
    for (const model::Action& action : step.Actions) {
      for (const model::PackageReference& package : action.Packages) {
        const auto id = resolve(package.PackageId);
        const auto feed = resolve(package.FeedId);
        all.push_back({step.Name, action.Name, action.Id, package.Name, id.value_or(package.PackageId),
                       feed.value_or(package.FeedId), package.PackageId, package.FeedId, id && feed, package.Version,
                       std::nullopt});
      }
    }
  }
  return all;
}

}  // namespace

std::optional<std::string> as_written(std::string_view text) { return std::string(text); }

std::string PackageNeed::label() const {
  return reference.empty() ? fmt::format("'{}' of step '{}'", package_id, action)
                           : fmt::format("'{}' ({}) of step '{}'", package_id, reference, action);
}

std::vector<PackageNeed> packages_needed(const model::DeploymentProcess& process, const model::Channel& channel,
                                         const Resolve& resolve) {
  std::vector<PackageNeed> needs;
  for (const model::Step& step : process.Steps) {
    for (const model::Action& action : step.Actions) {
      if (action.IsDisabled || (!action.Channels.empty() && !contains(action.Channels, channel.Id))) continue;
      for (const model::PackageReference& package : action.Packages) {
        const auto id = resolve(package.PackageId);
        const auto feed = resolve(package.FeedId);
        needs.push_back({step.Name, action.Name, action.Id, package.Name, id.value_or(package.PackageId),
                         feed.value_or(package.FeedId), package.PackageId, package.FeedId, id && feed, package.Version,
                         rule_for(channel, action, package.Name)});
      }
    }
  }
  return needs;
}

void check_wishes_mean_something(const model::DeploymentProcess& process, const PackageWishes& wishes,
                                 const Resolve& resolve) {
  if (wishes.specs.empty() && wishes.selected.empty()) return;
  const std::vector<PackageNeed> packages = all_packages(process, resolve);
  Problems problems;
  for (const PackageSpec& spec : wishes.specs) {
    const auto is_meant = [&](const PackageNeed& package) { return spec.closeness(package.name()) != Closeness::none; };
    if (spec.closeness({}) == Closeness::anything || std::any_of(packages.begin(), packages.end(), is_meant)) continue;
    problems.add(fmt::format(
        "The package '{}' names no step, package id or package reference of the process, which has {}.{}", spec.text(),
        describe_packages(packages, process), did_you_mean(spec.subject(), names_of(packages))));
  }
  constexpr std::size_t most_problems = 20;
  for (std::size_t i = 0; i < wishes.selected.size() && problems.list().size() < most_problems; ++i) {
    const SelectedPackage& selected = wishes.selected[i];
    const auto is_meant = [&](const PackageNeed& package) { return is_for(selected, package); };
    if (std::any_of(packages.begin(), packages.end(), is_meant)) continue;
    problems.add(fmt::format("SelectedPackages[{}] names {}, which the process does not have: it has {}.{}", i,
                             described(selected), describe_packages(packages, process),
                             nearest_name(selected, packages)));
  }
  problems.throw_if_any();
}

void check_rules_mean_something(const model::DeploymentProcess& process, const model::Channel& channel) {
  const std::vector<PackageNeed> packages = all_packages(process, as_written);
  Problems problems;
  for (const model::ChannelRule& rule : channel.Rules) {
    for (const model::ActionPackage& package : rule.ActionPackages) {
      if (names_a_package(package, process)) continue;
      const std::string_view reference = package.PackageReference;
      problems.add(fmt::format(
          "A version rule of the channel '{}' covers {} of step '{}', which the process does not have: it has {}.{} "
          "The "
          "rule would hold up no version; mend it, or have the channel's rules ignored.",
          channel.Name, reference.empty() ? "the package without a name" : fmt::format("the package '{}'", reference),
          package.DeploymentAction, describe_packages(packages, process),
          did_you_mean(package.DeploymentAction, names_of(packages))));
    }
  }
  problems.throw_if_any();
}

std::optional<std::string> settled_version(const PackageNeed& need, const PackageWishes& wishes) {
  if (need.fixed_version && !need.fixed_version->empty()) return need.fixed_version;
  if (auto asked = asked_version(wishes.specs, need.name())) return asked;
  for (const SelectedPackage& selected : wishes.selected) {
    if (is_for(selected, need) && !selected.Version.empty()) return selected.Version;
  }
  return wishes.default_version.empty() ? std::nullopt : std::optional(wishes.default_version);
}

VersionFilter newest_filter(const PackageNeed& need, std::string_view feed_type, std::string_view caller_tag) {
  VersionFilter filter;
  filter.format = version_format_of_feed(feed_type);
  if (need.rule) {
    filter.range = need.rule->VersionRange.value_or("");
    filter.tag = need.rule->Tag.value_or("");
  }
  if (!caller_tag.empty()) filter.tag = caller_tag;
  return filter;
}

std::optional<std::string> rule_violation(const PackageNeed& need, std::string_view feed_type, std::string_view version,
                                          language::Budget& budget) {
  if (!need.rule) return std::nullopt;
  const language::VersionFormat format = version_format_of_feed(feed_type);
  const auto parsed = language::try_parse_listed_version(format, version);
  if (!parsed) {
    return fmt::format(
        "The version '{}' of the package {} can't be compared with the channel's rule, since it is no version.",
        version, need.label());
  }
  const language::ChannelRule rule(text_of(*need.rule), language::range_format_for(format));
  const language::RuleVerdict verdict = rule.judge(*parsed, budget);
  if (verdict.satisfied()) return std::nullopt;
  return verdict.in_range
             ? fmt::format("The version '{}' of the package {} does not match the channel's pre-release tag '{}'.",
                           version, need.label(), need.rule->Tag.value_or(""))
             : fmt::format("The version '{}' of the package {} is outside of the channel's version range '{}'.",
                           version, need.label(), need.rule->VersionRange.value_or(""));
}

}  // namespace slipway::planning
