// Regular expressions from users, safe to run in a server.
//
// What RE2 can express runs in linear time. The rest of .NET's syntax (look-aheads, look-behinds, back-references) runs
// on PCRE2 with bounds on its matching work and depth; a match that exceeds them throws instead of hanging.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "language/templates/budget.h"

namespace slipway::language {

/// Immutable. Threads: any.
class Regex {
 public:
  /// Case-sensitive, no flags, as .NET's Regex.IsMatch reads it. Throws Error{invalid} that says what is wrong where,
  /// but not the pattern, which may have been put together of secrets.
  explicit Regex(std::string_view pattern);
  ~Regex();
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;

  /// Searches anywhere in `text`. Throws Error{too_large} at the end of the budget, or of the bounds on one match.
  bool matches(std::string_view text, Budget&) const;
  /// Replaces all matches; `$1`, `${name}`, `$$`, `$&`, `` $` ``, `$'`, `$+` and `$_` in the replacement as in .NET.
  std::string replace_all(std::string_view text, std::string_view replacement, Budget&) const;

 private:
  class Engine;
  class Linear;
  class Backtracking;
  std::unique_ptr<Engine> engine_;
};

/// Keeps the compiled forms of the patterns that one evaluation uses again and again. Threads: one at a time.
class RegexCache {
 public:
  /// Throws like Regex. The reference is good until the next call.
  const Regex& get(const std::string& pattern, Budget&);

 private:
  std::unordered_map<std::string, Regex> compiled_;
};

}  // namespace slipway::language
