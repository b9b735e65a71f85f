#include "language/filters/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "language/dotnet/unicode.h"

namespace slipway::language {
namespace {

// About a tenth of a second of backtracking on today's machines, and 10 MB of memory.
constexpr std::uint32_t kMatchLimit = 1'000'000;
constexpr std::uint32_t kFirstMatchLimit = 16;
constexpr std::size_t kMatchingWork = 16;  // of what the limit counts, in bytes of text
constexpr std::uint32_t kDepthLimit = 10'000;
constexpr std::uint32_t kHeapLimitKiB = 10 * 1024;
constexpr std::int64_t kLinearMemory = 8 << 20;
constexpr std::size_t kMaxPattern = 64 << 10;
constexpr std::size_t kMaxCached = 8;       // each may take kLinearMemory
constexpr std::size_t kCompilingWork = 64;  // of a byte of a pattern, in bytes of text

/// A part of the text that a group matched; nullopt when the group took no part.
using Group = std::optional<std::string_view>;

[[noreturn]] void reject_pattern(std::string_view why) {
  fail_invalid(fmt::format("The regular expression is not valid: {}.", why));
}

/// True where RE2's ASCII classes could differ from .NET's Unicode ones.
bool uses_character_classes(std::string_view pattern) {
  for (std::size_t i = 0; i + 1 < pattern.size(); ++i) {
    if (pattern[i] == '\\' && std::string_view("dDwWsSbB").find(pattern[i + 1]) != std::string_view::npos) return true;
  }
  return pattern.find("(?i") != std::string_view::npos;
}

/// A text and what engines ask about it, found out once for all searches in it.
struct Subject {
  Subject(std::string_view subject, Budget& budget) : text(subject) {
    budget.spend(text.size());
    is_ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    is_utf8 = is_ascii || is_valid_utf8(text);
    has_vertical_tab = text.find('\v') != std::string_view::npos;
  }

  std::string_view text;
  bool is_ascii, is_utf8, has_vertical_tab;
};

}  // namespace

class Regex::Engine {
 public:
  virtual ~Engine() = default;
  /// Finds the first match at or after `from`; fills `groups` (0 is the whole match) when given.
  virtual bool search(const Subject&, std::size_t from, std::vector<Group>* groups, Budget&) const = 0;
  virtual std::size_t group_count() const = 0;  ///< with the whole match
  virtual std::optional<std::size_t> group_named(std::string_view name) const = 0;
};

class Regex::Backtracking final : public Engine {
 public:
  explicit Backtracking(std::string_view pattern) {
    int error = 0;
    PCRE2_SIZE offset = 0;
    const std::unique_ptr<pcre2_compile_context, decltype(&pcre2_compile_context_free)> context(
        pcre2_compile_context_create(nullptr), pcre2_compile_context_free);
    pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
    // .NET lets "$" match before a last line feed and reads "\uXXXX", as PCRE2 does by default and by ALT_BSUX.
    constexpr std::uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_ALT_BSUX | PCRE2_NEVER_BACKSLASH_C;
    const auto compile = [&](std::uint32_t more) {
      return pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), options | more, &error,
                           &offset, context.get());
    };
    code_.reset(compile(0));
    code_for_any_bytes_.reset(code_ ? compile(PCRE2_MATCH_INVALID_UTF) : nullptr);
    if (!code_) {
      PCRE2_UCHAR message[256];
      pcre2_get_error_message(error, message, sizeof message);
      reject_pattern(fmt::format("{} at offset {}", reinterpret_cast<const char*>(message), offset));
    }
  }

  bool search(const Subject& subject, std::size_t from, std::vector<Group>* groups, Budget& budget) const override {
    const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> match(
        pcre2_match_data_create_from_pattern(code_.get(), nullptr), pcre2_match_data_free);
    const int result = run(subject, from, *match, budget);
    if (result == PCRE2_ERROR_NOMATCH) return false;
    if (result < 0) {
      fail(ErrorCode::too_large,
           "A regular expression needs too much work on this text. Simplify it: avoid nested repetitions.");
    }
    if (groups != nullptr) {
      const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(match.get());
      groups->assign(group_count(), std::nullopt);
      for (std::size_t i = 0; i < static_cast<std::size_t>(result); ++i) {
        const PCRE2_SIZE start = offsets[2 * i];
        const PCRE2_SIZE end = offsets[2 * i + 1];
        // \K in a look-ahead may put the start behind the end; such a match is empty.
        if (start != PCRE2_UNSET) (*groups)[i] = subject.text.substr(start, std::max(start, end) - start);
      }
    }
    return true;
  }

  std::size_t group_count() const override {
    std::uint32_t count = 0;
    pcre2_pattern_info(code_.get(), PCRE2_INFO_CAPTURECOUNT, &count);
    return count + 1;
  }

  std::optional<std::size_t> group_named(std::string_view name) const override {
    const int number =
        pcre2_substring_number_from_name(code_.get(), reinterpret_cast<PCRE2_SPTR>(std::string(name).c_str()));
    return number > 0 ? std::optional(static_cast<std::size_t>(number)) : std::nullopt;
  }

 private:
  /// Tries with a small bound on the work first, so that what a search may have taken is known and charged.
  int run(const Subject& subject, std::size_t from, pcre2_match_data& match, Budget& budget) const {
    const std::unique_ptr<pcre2_match_context, Free> limits(pcre2_match_context_create(nullptr));
    pcre2_set_depth_limit(limits.get(), kDepthLimit);
    pcre2_set_heap_limit(limits.get(), kHeapLimitKiB);
    // The library looks at all that is left of a text that may be no UTF-8, at each search.
    const pcre2_code* code = subject.is_utf8 ? code_.get() : code_for_any_bytes_.get();
    const std::uint32_t options = subject.is_utf8 ? PCRE2_NO_UTF_CHECK : 0;
    if (!subject.is_utf8) budget.spend(subject.text.size() - from);
    for (std::uint32_t limit = kFirstMatchLimit;; limit *= 8) {
      budget.spend(limit * kMatchingWork);
      pcre2_set_match_limit(limits.get(), limit);
      const int result = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(subject.text.data()), subject.text.size(), from,
                                     options, &match, limits.get());
      if (result != PCRE2_ERROR_MATCHLIMIT || limit >= kMatchLimit) return result;
    }
  }

  struct Free {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
  };
  std::unique_ptr<pcre2_code, Free> code_;
  std::unique_ptr<pcre2_code, Free> code_for_any_bytes_;
};

/// RE2, except for the few texts on which it would answer otherwise than .NET.
class Regex::Linear final : public Engine {
 public:
  /// Null when RE2 lacks the pattern's syntax.
  static std::unique_ptr<Linear> try_compile(std::string_view pattern) {
    RE2::Options options(RE2::Quiet);
    options.set_max_mem(kLinearMemory);
    auto engine = std::unique_ptr<Linear>(new Linear(pattern, options));
    return engine->re_.ok() ? std::move(engine) : nullptr;
  }

  bool search(const Subject& subject, std::size_t from, std::vector<Group>* groups, Budget& budget) const override {
    if (differs_on(subject)) return exact_->search(subject, from, groups, budget);
    budget.spend_unseen_work();
    const std::string_view text = subject.text;
    std::vector<re2::StringPiece> pieces(groups != nullptr ? group_count() : 0);
    const bool found = re_.Match(re2::StringPiece(text.data(), text.size()), from, text.size(), RE2::UNANCHORED,
                                 pieces.data(), static_cast<int>(pieces.size()));
    const char* reached = found && groups != nullptr ? pieces[0].data() + pieces[0].size() : text.data() + text.size();
    budget.spend(static_cast<std::size_t>(reached - text.data()) - from);
    if (!found) return false;
    if (groups != nullptr) {
      groups->clear();
      for (const re2::StringPiece& piece : pieces) {
        groups->push_back(piece.data() != nullptr ? Group(std::string_view(piece.data(), piece.size())) : std::nullopt);
      }
    }
    return true;
  }

  std::size_t group_count() const override { return static_cast<std::size_t>(re_.NumberOfCapturingGroups()) + 1; }

  std::optional<std::size_t> group_named(std::string_view name) const override {
    const auto found = re_.NamedCapturingGroups().find(std::string(name));
    if (found == re_.NamedCapturingGroups().end()) return std::nullopt;
    return static_cast<std::size_t>(found->second);
  }

 private:
  Linear(std::string_view pattern, const RE2::Options& options)
      : re_(re2::StringPiece(pattern.data(), pattern.size()), options),
        has_dollar_(pattern.find('$') != std::string_view::npos),
        has_classes_(uses_character_classes(pattern)) {
    if (re_.ok() && (has_dollar_ || has_classes_)) exact_.emplace(pattern);
  }

  /// Where .NET's "$" stands before a last line feed, "\s" takes a vertical tab, or classes are Unicode's.
  bool differs_on(const Subject& subject) const {
    if (has_dollar_ && subject.text.ends_with('\n')) return true;
    return has_classes_ && (!subject.is_ascii || subject.has_vertical_tab);
  }

  RE2 re_;
  bool has_dollar_;
  bool has_classes_;
  std::optional<Backtracking> exact_;  // for the texts on which the two would differ
};

namespace {

/// The parts of a replacement text: literals and references to what was matched.
class Replacement {
 public:
  template <class Engine>
  Replacement(std::string_view text, const Engine& engine) {
    while (!text.empty()) {
      const auto dollar = std::min(text.find('$'), text.size());
      add_literal(text.substr(0, dollar));
      text.remove_prefix(dollar);
      if (text.empty()) break;
      const std::size_t taken = add_reference(text, engine);
      if (taken == 0) add_literal("$");
      text.remove_prefix(std::max<std::size_t>(taken, 1));
    }
  }

  std::size_t size() const { return parts_.size(); }

  template <class Append>
  void append_to(const Append& append, std::string_view text, const std::vector<Group>& groups) const {
    const std::string_view match = *groups[0];
    const auto start = static_cast<std::size_t>(match.data() - text.data());
    for (const Part& part : parts_) {
      switch (part.what) {
        case What::literal:
          append(part.literal);
          break;
        case What::group:
          append(groups[part.group].value_or(""));
          break;
        case What::before:
          append(text.substr(0, start));
          break;
        case What::after:
          append(text.substr(start + match.size()));
          break;
        case What::whole:
          append(text);
          break;
      }
    }
  }

 private:
  enum class What { literal, group, before, after, whole };
  struct Part {
    What what;
    std::string literal;
    std::size_t group;
  };

  void add_literal(std::string_view text) {
    if (!text.empty()) parts_.push_back({What::literal, std::string(text), 0});
  }

  /// Adds the reference that `text` starts with ("$1", "${name}", …). Returns its length; 0 when it is none.
  template <class Engine>
  std::size_t add_reference(std::string_view text, const Engine& engine) {
    if (text.size() < 2) return 0;
    switch (text[1]) {
      case '$':
        return add_literal("$"), 2;
      case '&':
        return add(What::group, 0), 2;
      case '`':
        return add(What::before), 2;
      case '\'':
        return add(What::after), 2;
      case '_':
        return add(What::whole), 2;
      case '+':
        return add(What::group, engine.group_count() - 1), 2;
      default:
        break;
    }
    const bool braced = text[1] == '{';
    const std::size_t first = braced ? 2 : 1;
    const auto is_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    const auto is_number = [](char c) { return c >= '0' && c <= '9'; };
    std::size_t end = first;
    while (end < text.size() && (braced ? is_name(text[end]) : is_number(text[end]))) ++end;
    const std::string_view name = text.substr(first, end - first);
    if (name.empty() || (braced && (end == text.size() || text[end] != '}'))) return 0;

    std::size_t number = 0;
    const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    const bool numbered = error == std::errc() && stop == name.data() + name.size() && number < engine.group_count();
    const auto group = numbered ? std::optional(number) : engine.group_named(name);
    if (!group) return 0;
    add(What::group, *group);
    return braced ? end + 1 : end;
  }

  void add(What what, std::size_t group = 0) { parts_.push_back({what, {}, group}); }

  std::vector<Part> parts_;
};

}  // namespace

Regex::Regex(std::string_view pattern) {
  if (pattern.size() > kMaxPattern) reject_pattern("it is longer than 64 KiB");
  engine_ = Linear::try_compile(pattern);
  if (!engine_) engine_ = std::make_unique<Backtracking>(pattern);
}

Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

bool Regex::matches(std::string_view text, Budget& budget) const {
  return engine_->search(Subject(text, budget), 0, nullptr, budget);
}

std::string Regex::replace_all(std::string_view text, std::string_view replacement, Budget& budget) const {
  const Subject subject(text, budget);
  const Replacement parts(replacement, *engine_);
  std::vector<Group> groups;
  std::string out;
  Budget::Hold hold(budget);
  const auto append = [&](std::string_view piece) {
    hold.add(piece.size());
    out += piece;
  };
  std::size_t copied = 0;
  for (std::size_t from = 0; from <= text.size() && engine_->search(subject, from, &groups, budget);) {
    const auto start = static_cast<std::size_t>(groups[0]->data() - text.data());
    const std::size_t end = start + groups[0]->size();
    const std::size_t size_before = out.size();
    append(text.substr(copied, start - copied));
    parts.append_to(append, text, groups);
    budget.spend(parts.size() + out.size() - size_before);
    copied = end;
    from = end;
    if (start == end) {
      if (from == text.size()) break;
      next_character(text, from);
    }
  }
  append(text.substr(copied));
  return out;
}

const Regex& RegexCache::get(const std::string& pattern, Budget& budget) {
  if (const auto known = compiled_.find(pattern); known != compiled_.end()) return known->second;
  if (compiled_.size() >= kMaxCached) compiled_.clear();
  budget.spend(pattern.size() * kCompilingWork);
  budget.spend_unseen_work();
  return compiled_.emplace(pattern, Regex(pattern)).first->second;
}

}  // namespace slipway::language
