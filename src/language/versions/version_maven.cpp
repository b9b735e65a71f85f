// Maven versions: anything parses, and the order is that of Maven's ComparableVersion.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"
#include "language/versions/version_formats.h"

namespace slipway::language {
namespace {

/// The leading digits of `text`, cut off.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const std::string_view digits(text.begin(), end);
  text.remove_prefix(digits.size());
  return digits;
}

/// Takes "1.2.3" off `text` into the numbers. False when there is none.
bool take_numbers(std::string_view& text, Version& version) {
  VersionNumber* const numbers[] = {&version.major, &version.minor, &version.patch};
  for (VersionNumber* number : numbers) {
    std::string_view rest = text;
    if (version.number_count > 0) {
      if (!rest.starts_with('.')) return true;
      rest.remove_prefix(1);
    }
    const std::string_view digits = take_digits(rest);
    if (digits.empty()) return version.number_count > 0;
    *number = VersionNumber::of(digits);
    ++version.number_count;
    text = rest;
  }
  return true;
}

/// The part behind the numbers: "-4-x" is revision 4 with "-x", "-x" and ".x" are the qualifier x.
void read_qualifier(std::string_view rest, Version& version) {
  if (rest.empty() || (rest.front() != '-' && rest.front() != '.')) return;
  const bool dash = rest.front() == '-';
  rest.remove_prefix(1);
  version.prerelease = rest;
  if (!dash) return;
  const std::string_view digits = take_digits(rest);
  if (!digits.empty()) {
    version.revision = VersionNumber::of(digits);
    version.prerelease = rest;
  }
}

bool is_prerelease_qualifier(std::string_view qualifier) {
  const std::string lower = to_lower_ascii(qualifier);
  if (lower == "snapshot") return true;
  static constexpr std::array<std::string_view, 5> words = {"alpha", "beta", "milestone", "cr", "rc"};
  if (std::any_of(words.begin(), words.end(), [&](std::string_view word) { return lower.starts_with(word); })) {
    return true;
  }
  return lower.size() > 1 && (lower[0] == 'a' || lower[0] == 'b' || lower[0] == 'm') && is_digit(lower[1]);
}

// The items of a ComparableVersion. A number is kept as its digits without leading zeros, so any length fits.
struct Item {
  enum class Kind { number, word, list } kind;
  std::string text;
  std::vector<Item> items;
};

constexpr std::array<std::string_view, 7> kQualifiers = {"alpha", "beta", "milestone", "rc", "snapshot", "", "sp"};

/// Words are ordered by their place among the known ones; unknown ones follow, as text.
std::string word_rank(std::string_view word) {
  const auto known = std::find(kQualifiers.begin(), kQualifiers.end(), word);
  const std::string place = std::to_string(known - kQualifiers.begin());
  return known != kQualifiers.end() ? place : place + "-" + std::string(word);
}

Item word_item(std::string_view word, bool digit_follows) {
  static constexpr std::array<std::array<std::string_view, 2>, 3> aliases = {{{"ga", ""}, {"final", ""}, {"cr", "rc"}}};
  if (digit_follows && word == "a") word = "alpha";
  if (digit_follows && word == "b") word = "beta";
  if (digit_follows && word == "m") word = "milestone";
  for (const auto& [alias, meaning] : aliases) {
    if (word == alias) word = meaning;
  }
  return {Item::Kind::word, std::string(word), {}};
}

Item number_item(std::string_view digits) {
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  return {Item::Kind::number, std::string(digits), {}};
}

bool is_null(const Item& item) {
  switch (item.kind) {
    case Item::Kind::number:
    case Item::Kind::word:
      return item.text.empty();
    case Item::Kind::list:
      return item.items.empty();
  }
  return false;
}

void drop_trailing_nulls(std::vector<Item>& items) {
  while (!items.empty() && is_null(items.back())) items.pop_back();
}

/// Splits at '.', '-' and changes between digits and letters; "-" between digits opens a list inside.
class ComparableParser {
 public:
  explicit ComparableParser(std::string_view text) : text_(to_lower_ascii(text)) {}

  Item parse() {
    lists_.emplace_back();
    for (std::size_t i = 0; i < text_.size(); ++i) {
      const char c = text_[i];
      if (c == '.' || c == '-') {
        end_item(i, false);
        start_ = i + 1;
        if (c == '-' && in_digits_) open_list_before(i + 1);
      } else if (is_digit(c) != in_digits_) {
        if (i > start_) end_item(i, is_digit(c));
        start_ = i;
        in_digits_ = is_digit(c);
      }
    }
    if (text_.size() > start_) end_item(text_.size(), false);
    while (lists_.size() > 1) close_list();
    drop_trailing_nulls(lists_.back());
    return {Item::Kind::list, {}, std::move(lists_.back())};
  }

 private:
  void end_item(std::size_t end, bool digit_follows) {
    const std::string_view piece = std::string_view(text_).substr(start_, end - start_);
    const bool number = piece.empty() || in_digits_;
    lists_.back().push_back(number ? number_item(piece) : word_item(piece, digit_follows));
  }
  void open_list_before(std::size_t next) {
    drop_trailing_nulls(lists_.back());  // 1.0-x is 1-x
    if (next < text_.size() && is_digit(text_[next])) lists_.emplace_back();
  }
  void close_list() {
    std::vector<Item> inner = std::move(lists_.back());
    drop_trailing_nulls(inner);
    lists_.pop_back();
    lists_.back().push_back({Item::Kind::list, {}, std::move(inner)});
  }

  std::string text_;
  std::vector<std::vector<Item>> lists_;  // the open lists, outermost first
  std::size_t start_ = 0;
  bool in_digits_ = false;
};

int sign(int difference) { return difference < 0 ? -1 : difference > 0 ? 1 : 0; }

int compare_items(const Item* a, const Item* b);

int compare_with_nothing(const Item& item) {
  switch (item.kind) {
    case Item::Kind::number:
      return item.text.empty() ? 0 : 1;
    case Item::Kind::word:
      return sign(word_rank(item.text).compare(word_rank("")));
    case Item::Kind::list:
      return item.items.empty() ? 0 : compare_with_nothing(item.items.front());
  }
  return 0;
}

int compare_lists(const std::vector<Item>& a, const std::vector<Item>& b) {
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const int order = compare_items(i < a.size() ? &a[i] : nullptr, i < b.size() ? &b[i] : nullptr);
    if (order != 0) return order;
  }
  return 0;
}

int compare_items(const Item* a, const Item* b) {
  if (a == nullptr) return b == nullptr ? 0 : -compare_with_nothing(*b);
  if (b == nullptr) return compare_with_nothing(*a);
  if (a->kind != b->kind) {
    static constexpr auto rank = [](Item::Kind kind) {
      return kind == Item::Kind::number ? 2 : kind == Item::Kind::list ? 1 : 0;
    };
    return sign(rank(a->kind) - rank(b->kind));
  }
  switch (a->kind) {
    case Item::Kind::number:
      if (a->text.size() != b->text.size()) return a->text.size() < b->text.size() ? -1 : 1;
      return sign(a->text.compare(b->text));
    case Item::Kind::word:
      return sign(word_rank(a->text).compare(word_rank(b->text)));
    case Item::Kind::list:
      return compare_lists(a->items, b->items);
  }
  return 0;
}

}  // namespace

VersionParse read_maven(std::string_view text) {
  Version version;
  version.format = VersionFormat::maven;
  version.original = text;
  std::string_view rest = text;
  if (take_numbers(rest, version)) {
    read_qualifier(rest, version);
  } else {
    version.prerelease = text;
  }
  version.is_prerelease = is_prerelease_qualifier(version.prerelease);
  return {std::move(version)};
}

int compare_maven(std::string_view a, std::string_view b) {
  return compare_lists(ComparableParser(a).parse().items, ComparableParser(b).parse().items);
}

}  // namespace slipway::language
