// The octopus format, and docker and lexicographic, which share its characters and order.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "language/dotnet/unicode.h"
#include "language/versions/version_formats.h"

namespace slipway::language {
namespace {

/// Walks over an octopus version. Each function takes what it names, if it is there.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }
  std::size_t position() const { return at_; }
  void go_back(std::size_t position) { at_ = position; }
  char peek() const { return at_end() ? '\0' : text_[at_]; }

  bool take(bool (*wanted)(char)) {
    if (at_end() || !wanted(text_[at_])) return false;
    ++at_;
    return true;
  }
  bool take(char wanted) {
    if (peek() != wanted || at_end()) return false;
    ++at_;
    return true;
  }
  std::string_view take_all(bool (*wanted)(char)) {
    const std::size_t start = at_;
    while (take(wanted)) {
    }
    return text_.substr(start, at_ - start);
  }
  void skip_white_space() {
    const std::string_view rest = trim_start(text_.substr(at_));
    at_ = text_.size() - rest.size();
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

bool is_separator(char c) { return c == '.' || c == '-' || c == '_' || c == '\\'; }
bool is_metadata_character(char c) { return is_release_character(c) || c == '+'; }
bool is_version_letter(char c) { return c == 'v' || c == 'V'; }
bool is_label_separator(char c) { return !is_alphanumeric(c); }

std::array<VersionNumber*, 4> numbers_of(Version& v) { return {&v.major, &v.minor, &v.patch, &v.revision}; }
std::array<const VersionNumber*, 4> numbers_of(const Version& v) { return {&v.major, &v.minor, &v.patch, &v.revision}; }

/// Takes `v1 . 2 . 3`, the numbers in front.
void take_numbers(Reader& reader, Version& version) {
  const std::size_t start = reader.position();
  reader.skip_white_space();
  if (is_version_letter(reader.peek())) {
    version.prefix = reader.peek();
    reader.take(is_version_letter);
    reader.skip_white_space();
  }
  if (!is_digit(reader.peek())) {
    version.prefix.clear();
    reader.go_back(start);
    return;
  }
  for (VersionNumber* number : numbers_of(version)) {
    const std::size_t before = reader.position();
    if (version.number_count > 0) {
      if (!reader.take('.')) break;
      reader.skip_white_space();
    }
    if (!is_digit(reader.peek())) {
      reader.go_back(before);
      break;
    }
    *number = VersionNumber::of(reader.take_all(is_digit));
    ++version.number_count;
    reader.skip_white_space();
  }
}

void split_prerelease(Version& version) {
  const auto separator = std::find_if(version.prerelease.begin(), version.prerelease.end(), is_separator);
  version.prerelease_prefix.assign(version.prerelease.begin(), separator);
  if (separator != version.prerelease.end()) version.prerelease_counter.assign(separator + 1, version.prerelease.end());
}

/// What follows the numbers: `-beta.1+meta`, then white space alone. False when something else is left.
bool take_labels(Reader& reader, Version& version) {
  version.prerelease = reader.take_all(is_release_character);
  if (reader.take('+')) version.metadata = reader.take_all(is_metadata_character);
  reader.skip_white_space();
  return reader.at_end();
}

VersionParse malformed() { return {std::nullopt, VersionProblem::malformed}; }

int sign(std::int64_t difference) { return difference < 0 ? -1 : difference > 0 ? 1 : 0; }

int compare_words(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < common; ++i) {
    const int difference = static_cast<unsigned char>(lower(a[i])) - static_cast<unsigned char>(lower(b[i]));
    if (difference != 0) return sign(difference);
  }
  return sign(static_cast<std::int64_t>(a.size()) - static_cast<std::int64_t>(b.size()));
}

int sign(std::strong_ordering order) { return std::is_lt(order) ? -1 : std::is_gt(order) ? 1 : 0; }

/// A semver label may be a negative number, for .NET reads it so.
bool is_negative_number(std::string_view label) { return label.starts_with('-') && is_number(label.substr(1)); }

int compare_label(std::string_view a, std::string_view b) {
  const bool negative_a = is_negative_number(a), negative_b = is_negative_number(b);
  const bool number_a = negative_a || is_number(a), number_b = negative_b || is_number(b);
  if (number_a != number_b) return number_a ? -1 : 1;
  if (!number_a) return compare_words(a, b);
  const auto value_a = VersionNumber::of(a.substr(negative_a ? 1 : 0));
  const auto value_b = VersionNumber::of(b.substr(negative_b ? 1 : 0));
  if (negative_a && negative_b) return sign(value_b <=> value_a);
  if (negative_a != negative_b) {
    const bool both_zero = value_a == 0 && value_b == 0;
    return both_zero ? 0 : negative_a ? -1 : 1;
  }
  return sign(value_a <=> value_b);
}

/// Cuts the first label off `rest`; nullopt when none is left.
std::optional<std::string_view> next_label(std::optional<std::string_view>& rest, bool (*is_separator)(char)) {
  if (!rest) return std::nullopt;
  const auto end = std::find_if(rest->begin(), rest->end(), is_separator);
  const std::string_view label(rest->begin(), end);
  rest = end == rest->end() ? std::nullopt : std::optional(std::string_view(end + 1, rest->end()));
  return label;
}

int compare_prereleases(const Version& a, const Version& b, bool (*is_separator)(char)) {
  if (a.prerelease.empty() || b.prerelease.empty()) return int{a.prerelease.empty()} - int{b.prerelease.empty()};
  return compare_labels(a.prerelease, b.prerelease, is_separator);
}

int compare_numbers(const Version& a, const Version& b) {
  const auto left = numbers_of(a);
  const auto right = numbers_of(b);
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (const auto order = *left[i] <=> *right[i]; std::is_neq(order)) return sign(order);
  }
  return 0;
}

}  // namespace

VersionParse read_octopus(std::string_view text) {
  if (trim_white_space(text).empty()) return malformed();
  Version version;
  version.format = VersionFormat::octopus;
  Reader reader(text);
  reader.skip_white_space();
  take_numbers(reader, version);
  reader.take(is_separator);
  if (!take_labels(reader, version)) return malformed();
  split_prerelease(version);
  version.original = without_spaces(text);
  version.is_prerelease = !version.prerelease.empty();
  return {std::move(version)};
}

VersionParse read_docker(std::string_view text) {
  VersionParse parse = read_octopus(text);
  if (parse.version) {
    parse.version->format = VersionFormat::docker;
    if (text == "latest") parse.version->is_prerelease = false;
  }
  return parse;
}

VersionParse read_lexicographic(std::string_view text) {
  if (trim_white_space(text).empty()) return malformed();
  Version version;
  version.format = VersionFormat::lexicographic;
  Reader reader(text);
  reader.skip_white_space();
  if (!take_labels(reader, version)) return malformed();
  version.original = without_spaces(text);
  return {std::move(version)};
}

int compare_labels(std::string_view a, std::string_view b, bool (*is_separator)(char)) {
  std::optional<std::string_view> rest_a = a;
  std::optional<std::string_view> rest_b = b;
  while (true) {
    const auto label_a = next_label(rest_a, is_separator);
    const auto label_b = next_label(rest_b, is_separator);
    if (!label_a || !label_b) return int{label_a.has_value()} - int{label_b.has_value()};
    if (const int order = compare_label(*label_a, *label_b); order != 0) return order;
  }
}

int compare_octopus(const Version& a, const Version& b) {
  const int order = compare_numbers(a, b);
  return order != 0 ? order : compare_prereleases(a, b, is_label_separator);
}

int compare_semver(const Version& a, const Version& b, bool with_metadata) {
  int order = compare_numbers(a, b);
  if (order == 0) order = compare_prereleases(a, b, [](char c) { return c == '.'; });
  if (order == 0 && with_metadata) order = compare_words(a.metadata, b.metadata);
  return order;
}

namespace {

constexpr std::size_t kKeyDigits = 10;

/// Ten digits; a longer number has ':', which sorts above all digits, and its length in front.
std::string key_of(const VersionNumber& number) {
  const std::string digits = number.text();
  if (digits.size() <= kKeyDigits) return fmt::format("{:0>10}", digits);
  return fmt::format(":{:04}{}", digits.size(), digits);
}

std::string key_of(const Version& version, bool (*is_number_label)(std::string_view)) {
  std::string key;
  for (const VersionNumber* number : numbers_of(version)) key += (key.empty() ? "" : ".") + key_of(*number);
  // '~' sorts above '-': a release is higher than its pre-releases. '!' sorts below every label character, so that
  // fewer labels come first; "0" marks numbers and "1" words, which are higher.
  if (version.prerelease.empty()) return key + '~';
  key += '-';
  std::optional<std::string_view> rest = version.prerelease;
  while (const auto label = next_label(rest, is_label_separator)) {
    if (is_number_label(*label)) {
      key += "!0" + key_of(VersionNumber::of(*label));
    } else {
      key += "!1";
      std::transform(label->begin(), label->end(), std::back_inserter(key),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    }
  }
  return key;
}

}  // namespace

std::string version_sort_key(const Version& version) { return key_of(version, is_number); }

std::string former_version_sort_key(const Version& version) {
  return key_of(version,
                [](std::string_view label) { return is_number(label) && VersionNumber::of(label).is_int32(); });
}

}  // namespace slipway::language
