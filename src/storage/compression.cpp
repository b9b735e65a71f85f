#include "storage/compression.h"

#include <fmt/format.h>
#include <zstd.h>

#include "base/error.h"

namespace slipway::storage {
namespace {

constexpr char kPlain = 0;
constexpr char kZstd = 1;
constexpr int kLevel = 3;
/// Shorter texts hardly get smaller, and setting the compressor up costs more than storing them.
constexpr std::size_t kWorthTrying = 256;

[[noreturn]] void fail_damaged(std::string_view reason) {
  fail(ErrorCode::internal, fmt::format("A packed text in the database is damaged: {}.", reason));
}

}  // namespace

std::string pack(std::string_view text) {
  std::string packed;
  if (text.size() >= kWorthTrying) {
    packed.resize(1 + ZSTD_compressBound(text.size()));
    packed[0] = kZstd;
    const auto size = ZSTD_compress(packed.data() + 1, packed.size() - 1, text.data(), text.size(), kLevel);
    if (ZSTD_isError(size) == 0 && size < text.size()) {
      packed.resize(1 + size);
      packed.shrink_to_fit();
      return packed;
    }
  }
  packed.assign(1, kPlain);
  packed += text;
  return packed;
}

std::string unpack(std::string_view packed) {
  if (packed.empty()) fail_damaged("it is empty");
  const std::string_view body = packed.substr(1);
  if (packed[0] == kPlain) return std::string(body);
  if (packed[0] != kZstd) fail_damaged("its form is unknown");
  const auto size = ZSTD_getFrameContentSize(body.data(), body.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) fail_damaged("it has no size");
  std::string text(size, '\0');
  const auto got = ZSTD_decompress(text.data(), text.size(), body.data(), body.size());
  if (ZSTD_isError(got) != 0) fail_damaged(ZSTD_getErrorName(got));
  if (got != size) fail_damaged("it is too short");
  return text;
}

}  // namespace slipway::storage
