#include "base/random.h"

#include <sodium.h>

#include <array>
#include <cstring>

#include "base/text.h"

namespace slipway {

std::uint64_t Random::number() {
  std::array<unsigned char, 8> bytes;
  fill(bytes);
  std::uint64_t n = 0;
  std::memcpy(&n, bytes.data(), sizeof n);
  return n;
}

std::uint64_t Random::below(std::uint64_t bound) {
  if (bound < 2) return 0;
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t n = number();
  while (n >= limit) n = number();
  return n % bound;
}

double Random::fraction() { return static_cast<double>(number() >> 11) * 0x1.0p-53; }

std::string Random::uuid() {
  std::array<unsigned char, 16> bytes;
  fill(bytes);
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  std::string text = to_hex(bytes);
  for (const std::size_t at : {20, 16, 12, 8}) text.insert(at, 1, '-');
  return text;
}

std::string Random::text(std::size_t length, std::string_view alphabet) {
  std::string out;
  out.reserve(length);
  for (std::size_t i = 0; i < length; ++i) out.push_back(alphabet[below(alphabet.size())]);
  return out;
}

void SystemRandom::fill(std::span<unsigned char> bytes) { randombytes_buf(bytes.data(), bytes.size()); }

void SeededRandom::fill(std::span<unsigned char> bytes) {
  const auto engine = engine_.lock();
  for (std::size_t i = 0; i < bytes.size();) {
    std::uint64_t n = (*engine)();
    for (int k = 0; k < 8 && i < bytes.size(); ++k, ++i) {
      bytes[i] = static_cast<unsigned char>(n);
      n >>= 8;
    }
  }
}

}  // namespace slipway
