#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "language/dotnet/dotnet_number.h"
#include "language/dotnet/unicode.h"
#include "language/filters/filters_all.h"

namespace slipway::language::filter {
namespace {

FilterResult flag(bool value) { return value ? "true" : "false"; }

std::string joined(FilterOptions options) {
  std::string text;
  for (const std::string& option : options) text += option;
  return text;
}

/// A count: an int that is not negative.
std::optional<std::size_t> count_of(std::string_view text) {
  const auto number = parse_int32(text);
  return number && *number >= 0 ? std::optional(static_cast<std::size_t>(*number)) : std::nullopt;
}

/// Number of blanks: one to three digits up to 255; anything else is taken as text.
std::optional<std::string> blanks_of(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text.size() > 3 || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  const auto count = count_of(text);
  return count && *count <= 255 ? std::optional(std::string(*count, ' ')) : std::nullopt;
}

struct Indentation {
  std::string first;
  std::string others;
};

Indentation indentation_of(FilterOptions options) {
  if (options.empty()) return {"    ", "    "};
  if (options.size() == 2) return {options[0], options[1]};
  const std::string& option = options[0];
  const std::size_t slash = option.find('/');
  if (slash == std::string::npos) {
    const std::string prefix = blanks_of(option).value_or(option);
    return {prefix, prefix};
  }
  const auto first = slash == 0 ? std::optional<std::string>("") : blanks_of(option.substr(0, slash));
  const auto others = blanks_of(option.substr(slash + 1));
  if (first && others) return {*first, *others};
  return {option, option};
}

}  // namespace

FilterResult to_lower_case(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (!subject || !options.empty()) return std::nullopt;
  return to_lower(*subject);
}

FilterResult to_upper_case(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (!subject || !options.empty()) return std::nullopt;
  return to_upper(*subject);
}

FilterResult trim(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (!subject || options.size() > 1) return std::nullopt;
  if (options.empty()) return std::string(trim_white_space(*subject));
  if (equals_ignoring_case(options[0], "start")) return std::string(trim_start(*subject));
  if (equals_ignoring_case(options[0], "end")) return std::string(trim_end(*subject));
  return std::nullopt;
}

FilterResult truncate(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (!subject || options.empty() || options.size() > 2) return std::nullopt;
  const auto length = count_of(options[0]);
  if (!length) return std::nullopt;
  const std::u16string units = to_utf16(*subject);
  if (*length >= units.size()) return std::string(*subject);
  return from_utf16(std::u16string_view(units).substr(0, *length)) + (options.size() == 2 ? options[1] : "...");
}

FilterResult substring(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (!subject || options.empty() || options.size() > 2) return std::nullopt;
  const auto start = options.size() == 2 ? count_of(options[0]) : 0;
  const auto length = count_of(options.back());
  const std::u16string units = to_utf16(*subject);
  if (!start || !length || *start > units.size()) return std::nullopt;
  return from_utf16(std::u16string_view(units).substr(*start, *length));
}

FilterResult replace(FilterSubject subject, FilterOptions options, const FilterContext& context) {
  if (!subject || options.empty() || options.size() > 2) return std::nullopt;
  const std::string replacement = options.size() == 2 ? options[1] : "";
  return context.regexes.get(options[0], context.budget).replace_all(*subject, replacement, context.budget);
}

FilterResult match(FilterSubject subject, FilterOptions options, const FilterContext& context) {
  if (!subject || options.size() != 1) return std::nullopt;
  return flag(context.regexes.get(options[0], context.budget).matches(*subject, context.budget));
}

FilterResult contains(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (!subject || options.size() != 1) return std::nullopt;
  // Linear whatever the texts are, which string_view's find is not.
  const std::string& part = options[0];
  return flag(memmem(subject->data(), subject->size(), part.data(), part.size()) != nullptr);
}

FilterResult starts_with(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (!subject || options.size() != 1) return std::nullopt;
  return flag(subject->starts_with(options[0]));
}

FilterResult ends_with(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (!subject || options.size() != 1) return std::nullopt;
  return flag(subject->ends_with(options[0]));
}

FilterResult append(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (options.empty()) return std::nullopt;
  return std::string(subject.value_or("")) + joined(options);
}

FilterResult prepend(FilterSubject subject, FilterOptions options, const FilterContext&) {
  if (options.empty()) return std::nullopt;
  return joined(options) + std::string(subject.value_or(""));
}

FilterResult indent(FilterSubject subject, FilterOptions options, const FilterContext& context) {
  if (!subject || options.size() > 2) return std::nullopt;
  if (subject->empty()) return "";
  const auto [first, others] = indentation_of(options);
  const auto breaks = static_cast<std::size_t>(std::count(subject->begin(), subject->end(), '\n'));
  const std::size_t size = subject->size() + first.size() + breaks * others.size();
  Budget::Hold hold(context.budget);
  hold.add(size);
  context.budget.spend(size);
  std::string out = first;
  out.reserve(size);
  for (const char c : *subject) {
    out += c;
    if (c == '\n') out += others;
  }
  return out;
}

FilterResult null(FilterSubject, FilterOptions, const FilterContext&) { return std::nullopt; }

}  // namespace slipway::language::filter
