// Small text helpers that several rooms need.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slipway {

/// ASCII case only; ids, header names and JSON keys are ASCII.
bool equals_ignoring_case(std::string_view a, std::string_view b);
std::string to_lower_ascii(std::string_view);

/// The form in which names are compared, kept unique and sorted (OBJ-2): Unicode simple case folding of the Latin,
/// Greek and Cyrillic blocks, inner white space collapsed, ends trimmed. Invalid UTF-8 is kept byte by byte.
std::string fold_name(std::string_view);

std::string_view trim(std::string_view);
/// Splits at each separator; empty parts are kept.
std::vector<std::string_view> split(std::string_view text, char separator);
bool is_valid_utf8(std::string_view);

std::string to_hex(std::span<const unsigned char>);
std::string to_hex(std::string_view bytes);
std::string to_base64(std::string_view bytes);

/// `%41` → `A`; `+` → space only where `plus_is_space`. Malformed escapes are kept as they are.
std::string percent_decode(std::string_view, bool plus_is_space = false);
/// RFC 3986: everything but unreserved characters is escaped, upper-case hex.
std::string percent_encode(std::string_view);

/// "an Environment", "a User": the names of resources start as they sound, but for the U.
std::string with_article(std::string_view noun);

/// Lower-case name with every run of other characters than [a-z0-9] turned into one dash; "item" when nothing is left.
std::string make_slug(std::string_view name);

}  // namespace slipway
