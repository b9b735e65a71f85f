// However secrets and text look, masking in chunks shows what masking at once shows, and no secret.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "language/masking/masking.h"

using namespace slipway;
using namespace slipway::language;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t step = 1 + data[0] % 16;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::string_view text = input.substr(0, input.find('\x01'));
  std::vector<std::string> secrets;
  for (const std::string_view secret : split(input.substr(std::min(text.size() + 1, input.size())), '\x01')) {
    secrets.emplace_back(secret);
  }
  const Masker masker(secrets);
  MaskingStream stream(masker);
  std::string masked;
  for (std::size_t at = 0; at < text.size(); at += step) masked += stream.feed(text.substr(at, step));
  masked += stream.finish();
  if (masked != masker.mask(text)) std::abort();
  for (const std::string& secret : secrets) {
    const bool plain = secret.size() >= 16 && secret.find_first_of("\r\n*") == std::string::npos;
    if (plain && masked.find(secret) != std::string::npos) std::abort();
  }
  return 0;
}
