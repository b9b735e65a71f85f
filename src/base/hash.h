// Digests: SHA-256 where a protocol asks for it, BLAKE2b for our own content addresses and key look-ups.
#pragma once

#include <string>
#include <string_view>

namespace slipway {

std::string sha256(std::string_view data);  ///< 32 bytes
std::string sha256_hex(std::string_view data);
std::string hmac_sha256(std::string_view key, std::string_view data);  ///< 32 bytes
/// 16 bytes of keyless BLAKE2b: the address of a piece of content.
std::string content_hash(std::string_view data);

}  // namespace slipway
