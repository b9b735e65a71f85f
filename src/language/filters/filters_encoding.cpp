#include <openssl/evp.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "language/dotnet/dotnet_number.h"
#include "language/dotnet/unicode.h"
#include "language/filters/filters_all.h"

namespace slipway::language::filter {
namespace {

enum class Encoding { utf8, unicode, base64 };

std::optional<Encoding> encoding_of(std::string_view name) {
  if (equals_ignoring_case(name, "utf8") || equals_ignoring_case(name, "utf-8")) return Encoding::utf8;
  if (equals_ignoring_case(name, "unicode")) return Encoding::unicode;
  if (equals_ignoring_case(name, "base64")) return Encoding::base64;
  return std::nullopt;
}

/// .NET's Encoding.Unicode is UTF-16, little end first.
std::string to_unicode_bytes(std::string_view text) {
  std::string bytes;
  for (const char16_t unit : to_utf16(text)) {
    bytes += static_cast<char>(unit & 0xFF);
    bytes += static_cast<char>(unit >> 8);
  }
  return bytes;
}

std::string from_unicode_bytes(std::string_view bytes) {
  std::u16string units;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    units +=
        static_cast<char16_t>(static_cast<unsigned char>(bytes[i]) | static_cast<unsigned char>(bytes[i + 1]) << 8);
  }
  if (bytes.size() % 2 != 0) units += u'\uFFFD';
  return from_utf16(units);
}

/// Bytes that are no UTF-8 become U+FFFD.
std::string from_utf8_bytes(std::string_view bytes) {
  return is_valid_utf8(bytes) ? std::string(bytes) : from_utf16(to_utf16(bytes));
}

/// As Convert.FromBase64String: white space is skipped, padding is required.
std::optional<std::string> decode_base64(std::string_view text) {
  std::string packed;
  std::copy_if(text.begin(), text.end(), std::back_inserter(packed),
               [](char c) { return c != ' ' && c != '\t' && c != '\r' && c != '\n'; });
  if (packed.size() % 4 != 0) return std::nullopt;
  const auto value = [](char c) -> int {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < packed.size(); i += 4) {
    const bool last = i + 4 == packed.size();
    const int padding = !last ? 0 : packed[i + 2] == '=' && packed[i + 3] == '=' ? 2 : packed[i + 3] == '=' ? 1 : 0;
    unsigned bits = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const int six = static_cast<int>(k) >= 4 - padding ? 0 : value(packed[i + k]);
      if (six < 0) return std::nullopt;
      bits = bits << 6 | static_cast<unsigned>(six);
    }
    for (int k = 0; k < 3 - padding; ++k) out += static_cast<char>(bits >> (16 - 8 * k) & 0xFF);
  }
  return out;
}

std::optional<std::string> bytes_of(std::string_view text, Encoding encoding) {
  switch (encoding) {
    case Encoding::utf8:
      return std::string(text);
    case Encoding::unicode:
      return to_unicode_bytes(text);
    case Encoding::base64:
      return decode_base64(text);
  }
  return std::nullopt;
}

std::string digest(const EVP_MD* algorithm, std::string_view bytes) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), out, &size, algorithm, nullptr) != 1) {
    fail(ErrorCode::internal, "A hash filter could not be computed: OpenSSL refuses the algorithm.");
  }
  return {reinterpret_cast<const char*>(out), size};
}

/// Options: a size in bytes and an encoding of the input, each at most once, in either order.
FilterResult hash(FilterSubject subject, FilterOptions options, const EVP_MD* algorithm) {
  if (!subject || options.size() > 2) return std::nullopt;
  std::optional<std::size_t> size;
  std::optional<Encoding> encoding;
  for (const std::string& option : options) {
    if (const auto number = parse_int32(option); number && !size) {
      if (*number <= 0) return std::nullopt;
      size = static_cast<std::size_t>(*number);
    } else if (!number && !encoding) {
      encoding = encoding_of(option);
      if (!encoding) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  const auto bytes = bytes_of(*subject, encoding.value_or(Encoding::utf8));
  if (!bytes) return std::nullopt;
  return to_hex(std::string_view(digest(algorithm, *bytes)).substr(0, size.value_or(EVP_MAX_MD_SIZE)));
}

/// The one optional encoding of the base64 filters, which is not base64 itself.
std::optional<Encoding> text_encoding(FilterOptions options) {
  if (options.empty()) return Encoding::utf8;
  const auto encoding = options.size() == 1 ? encoding_of(options[0]) : std::nullopt;
  return encoding == Encoding::base64 ? std::nullopt : encoding;
}

}  // namespace

FilterResult to_base64(FilterSubject subject, FilterOptions options, const FilterContext&) {
  const auto encoding = text_encoding(options);
  if (!subject || !encoding) return std::nullopt;
  return slipway::to_base64(*bytes_of(*subject, *encoding));
}

FilterResult from_base64(FilterSubject subject, FilterOptions options, const FilterContext&) {
  const auto encoding = text_encoding(options);
  if (!subject || !encoding) return std::nullopt;
  const auto bytes = decode_base64(*subject);
  if (!bytes) fail_invalid("The text given to FromBase64 is not base64. Check its characters and its '=' padding.");
  return *encoding == Encoding::unicode ? from_unicode_bytes(*bytes) : from_utf8_bytes(*bytes);
}

FilterResult md5(FilterSubject subject, FilterOptions options, const FilterContext&) {
  return hash(subject, options, EVP_md5());
}

FilterResult sha1(FilterSubject subject, FilterOptions options, const FilterContext&) {
  return hash(subject, options, EVP_sha1());
}

FilterResult sha256(FilterSubject subject, FilterOptions options, const FilterContext&) {
  return hash(subject, options, EVP_sha256());
}

FilterResult sha384(FilterSubject subject, FilterOptions options, const FilterContext&) {
  return hash(subject, options, EVP_sha384());
}

FilterResult sha512(FilterSubject subject, FilterOptions options, const FilterContext&) {
  return hash(subject, options, EVP_sha512());
}

}  // namespace slipway::language::filter
