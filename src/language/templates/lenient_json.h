// JSON as variables hold it: with what Newtonsoft's reader accepts beyond the standard (comments, single quotes,
// unquoted names, trailing commas), and its texts for values.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::language {

struct LenientJson {
  enum class Kind { null, boolean, integer, real, text, array, object };
  struct Member;
  Kind kind = Kind::null;
  bool flag = false;
  double real = 0;
  std::string text;  ///< of a text, or the digits of an integer of any length
  std::vector<LenientJson> items;
  std::vector<Member> members;

  bool is_container() const { return kind == Kind::array || kind == Kind::object; }
  /// By exact name; the last of equal names. Null pointer when absent.
  const LenientJson* find(std::string_view name) const;
};

struct LenientJson::Member {
  std::string name;
  LenientJson value;
};

/// One document and nothing behind it; nullopt when it does not parse or is nested deeper than 64.
std::optional<LenientJson> parse_lenient_json(std::string_view text);

/// The bytes that parsing a text takes at most.
std::size_t memory_of_lenient_json(std::string_view text);

/// Compact JSON.
std::string to_json_text(const LenientJson&);
/// What a template sees: texts as they are (dates re-written as MM/dd/yyyy HH:mm:ss in local time), True and False,
/// numbers in shortest form, "" for null, compact JSON for containers.
std::string to_template_text(const LenientJson&, std::chrono::minutes local_offset);

}  // namespace slipway::language
