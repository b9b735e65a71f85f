// Characters as the substitution language sees them: Unicode classes and case of .NET, over UTF-8 text.
//
// Bytes that form no character are kept as they are and belong to no class.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slipway::language {

/// What a byte that starts no character decodes to.
inline constexpr char32_t kNoCharacter = 0xFFFFFFFF;

/// Decodes the character at `at` (which must be inside `text`) and moves `at` past it.
char32_t next_character(std::string_view text, std::size_t& at);
void append_character(std::string& out, char32_t);

bool is_letter(char32_t);
bool is_decimal_digit(char32_t);
bool is_white_space(char32_t);
std::string_view trim_start(std::string_view);
std::string_view trim_end(std::string_view);
std::string_view trim_white_space(std::string_view);

std::string to_lower(std::string_view);
std::string to_upper(std::string_view);
/// The form in which names are compared: equal for texts that differ in case alone (.NET's OrdinalIgnoreCase).
inline std::string fold_case(std::string_view text) { return to_upper(text); }

/// UTF-16 code units, in which .NET counts. Half a pair becomes U+FFFD on the way back.
std::u16string to_utf16(std::string_view);
std::string from_utf16(std::u16string_view);

}  // namespace slipway::language
