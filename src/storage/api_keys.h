// API keys (SEC-3): shown once, stored as a fingerprint (Vault::fingerprint), found by it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/database.h"
#include "storage/secrets.h"

namespace slipway::storage {

/// What changes call them.
inline constexpr std::string_view kApiKeyType = "ApiKey";

inline constexpr std::string_view kApiKeyPrefix = "APIKeys";

struct ApiKey {
  std::string id = {};  ///< "APIKeys-1"
  std::string user = {};
  std::string purpose = {};
  std::string hint = {};  ///< the first characters, to tell keys apart
  Time created{};
  std::optional<Time> expires = {};
};

/// `key` is the whole text, e.g. "API-ABC…"; only its fingerprint is stored.
void insert_api_key(Txn&, const Vault&, const ApiKey&, std::string_view key);
/// The key with that text, expired or not.
std::optional<ApiKey> find_api_key(Reader&, const Vault&, std::string_view key);
std::optional<ApiKey> find_api_key_by_id(Reader&, std::string_view id);
Page<ApiKey> list_api_keys(Reader&, std::string_view user, Slice);
void erase_api_key(Txn&, std::string_view id);

}  // namespace slipway::storage
