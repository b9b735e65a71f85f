#include "language/versions/release_template.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "language/dotnet/unicode.h"
#include "language/templates/template.h"
#include "language/versions/version_formats.h"
#include "language/versions/version_mask.h"

namespace slipway::language {
namespace {

/// `prefix`LastMajor, `prefix`NextMajor and so on, of the last release or of zeros.
void add_parts(VariableSet& variables, const std::string& prefix, const std::optional<Version>& last) {
  const Version version = last.value_or(Version());
  struct Part {
    std::string_view name;
    VersionNumber number;
  };
  const Part parts[] = {{"Major", version.major},
                        {"Minor", version.minor},
                        {"Patch", version.patch},
                        {"Build", version.patch},
                        {"Revision", version.revision}};
  for (const auto& [name, number] : parts) {
    variables.set(fmt::format("{}Last{}", prefix, name), number.text());
    variables.set(fmt::format("{}Next{}", prefix, name), number.next().text());
  }
  variables.set(prefix + "LastSuffix", "-" + version.prerelease);
  variables.set(prefix + "NextSuffix", "-" + increment_release(version.prerelease));
}

void add_times(VariableSet& variables, Time now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
  const auto day_of_year = (day - std::chrono::sys_days(date.year() / 1 / 1)).count() + 1;
  variables.set("Octopus.Date.Year", std::to_string(static_cast<int>(date.year())));
  variables.set("Octopus.Date.Month", std::to_string(static_cast<unsigned>(date.month())));
  variables.set("Octopus.Date.Day", std::to_string(static_cast<unsigned>(date.day())));
  variables.set("Octopus.Date.DayOfYear", std::to_string(day_of_year));
  variables.set("Octopus.Time.Hour", std::to_string(time.hours().count()));
  variables.set("Octopus.Time.Minute", std::to_string(time.minutes().count()));
  variables.set("Octopus.Time.Second", std::to_string(time.seconds().count()));
}

VariableSet variables_for(const ReleaseTemplateInput& input) {
  VariableSet variables = input.variables;
  add_parts(variables, "Octopus.Version.", input.history.last);
  add_parts(variables, "Octopus.Version.Channel.", input.history.last_in_channel);
  for (const auto& [channel, last] : input.history.last_by_channel) {
    add_parts(variables, fmt::format("Octopus.Version.Channel[{}].", channel), last);
  }
  variables.set("Octopus.Release.Channel.Name", input.channel_name);
  add_times(variables, input.now + input.local_offset);
  return variables;
}

/// Templates may be written over several lines; what is left of that is no part of the version.
std::string without_white_space(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    if (!is_white_space(next_character(text, at))) out += text.substr(start, at - start);
  }
  return out;
}

}  // namespace

ReleaseNumber next_release_number(const ReleaseTemplateInput& input, Budget& budget) {
  EvaluationOptions options;
  options.now = input.now;
  options.local_offset = input.local_offset;
  try {
    const Evaluation evaluation = evaluate(input.template_text, variables_for(input), budget, options);
    ReleaseNumber number{without_white_space(evaluation.text_or_empty()), evaluation.error};
    if (!number.error && !is_version_mask(number.text) && !is_valid_release_number(number.text)) {
      number.error = fmt::format(
          "The release template gives '{}', which is not a version. Make it give something like 1.2.3 or 1.2.3-beta.1.",
          number.text);
    }
    return number;
  } catch (const Error& e) {
    return {input.template_text, e.message()};
  }
}

std::string increment_release(std::string_view label) {
  if (label.empty()) return "2";
  const auto last_letter = std::find_if_not(label.rbegin(), label.rend(), is_digit);
  const std::string_view digits = label.substr(static_cast<std::size_t>(last_letter.base() - label.begin()));
  if (digits.empty()) return std::string(label) + ".2";
  return std::string(label.begin(), last_letter.base()) + VersionNumber::of(digits).next().text();
}

}  // namespace slipway::language
