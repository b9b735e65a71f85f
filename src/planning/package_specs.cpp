#include "planning/package_specs.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "language/versions/version.h"

namespace slipway::planning {
namespace {

bool is_delimiter(char c) { return c == ':' || c == '=' || c == '/'; }

bool names_step_or_package(std::string_view text, const PackageName& package) {
  return equals_ignoring_case(text, package.step) || equals_ignoring_case(text, package.action) ||
         equals_ignoring_case(text, package.package_id) || equals_ignoring_case(text, package.written_id);
}

/// `*` or nothing leave a part open.
bool is_open(std::string_view text) { return text.empty() || text == "*"; }

Closeness closeness_of(std::string_view subject, std::string_view reference, const PackageName& package) {
  const bool subject_fits = names_step_or_package(subject, package);
  const bool reference_fits = equals_ignoring_case(reference, package.reference);
  if (!(subject_fits || is_open(subject)) || !(reference_fits || is_open(reference))) return Closeness::none;
  if (subject_fits && reference_fits && reference != "*") return Closeness::exact;
  return subject_fits || !is_open(reference) ? Closeness::some_part : Closeness::anything;
}

/// Versions that can't be read are below all others, so that a plain spec beats a typing error.
bool is_higher(std::string_view a, std::string_view b) {
  const auto left = language::try_parse_release_version(a);
  const auto right = language::try_parse_release_version(b);
  return left && (!right || language::compare(*left, *right) > 0);
}

}  // namespace

PackageSpec::PackageSpec(std::string_view text) : text_(text) {
  std::string part;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (is_delimiter(text[i + 1]) || text[i + 1] == '\\')) {
      part += text[++i];
    } else if (is_delimiter(text[i])) {
      parts_.push_back(std::string(trim(part)));
      delimiters_ += text[i];
      part.clear();
    } else {
      part += text[i];
    }
  }
  version_ = trim(part);
  if (!delimiters_.empty()) delimiters_.pop_back();
  if (version_.empty()) {
    fail_invalid(fmt::format("The package '{}' names no version; write it as 'step or package id:version'.", text_));
  }
}

std::string PackageSpec::subject() const {
  std::string whole;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    whole += parts_[i];
    if (i < delimiters_.size()) whole += delimiters_[i];
  }
  return whole;
}

Closeness PackageSpec::closeness(const PackageName& package) const {
  // Reading 1: everything before the version is one name, e.g. the image `team/api`.
  const std::string whole = subject();
  const Closeness as_one_name = is_open(whole)                           ? Closeness::anything
                                : !names_step_or_package(whole, package) ? Closeness::none
                                : package.reference.empty()              ? Closeness::exact
                                                                         : Closeness::some_part;

  // Reading 2: a name, a delimiter and a reference name, wherever that delimiter is.
  Closeness best = as_one_name;
  for (std::size_t at = 0, i = 0; i < delimiters_.size(); ++i) {
    at += parts_[i].size();
    const std::string_view before = std::string_view(whole).substr(0, at);
    const std::string_view after = std::string_view(whole).substr(at + 1);
    best = std::max(best, closeness_of(before, after, package));
    ++at;
  }
  return best;
}

std::vector<PackageSpec> parse_package_specs(const std::vector<std::string>& texts) {
  Problems problems;
  std::vector<PackageSpec> specs;
  for (const std::string& text : texts) {
    if (trim(text).empty()) continue;
    try {
      specs.emplace_back(text);
    } catch (const Error& error) {
      problems.add(error.message());
    }
  }
  problems.throw_if_any();
  return specs;
}

std::optional<std::string> asked_version(const std::vector<PackageSpec>& specs, const PackageName& package) {
  const PackageSpec* best = nullptr;
  Closeness best_closeness = Closeness::none;
  for (const PackageSpec& spec : specs) {
    const Closeness closeness = spec.closeness(package);
    if (closeness == Closeness::none || closeness < best_closeness) continue;
    if (best != nullptr && closeness == best_closeness && !is_higher(spec.version(), best->version())) continue;
    best = &spec;
    best_closeness = closeness;
  }
  return best == nullptr ? std::nullopt : std::optional(best->version());
}

}  // namespace slipway::planning
