// Texts that others decide the length of, such as what a variable holds, cut for where people read.
#pragma once

#include <cstddef>
#include <string>

namespace slipway {

/// The first `most` bytes, or a few fewer so that no character is cut, and an ellipsis; the whole text if that is all.
inline std::string shorten(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  text.resize(most);
  return text += "…";
}

}  // namespace slipway
