// API keys of users, as they are given out and taken back.
#pragma once

#include <optional>
#include <string>

#include "base/secret.h"
#include "base/time.h"
#include "documents/write_context.h"
#include "storage/api_keys.h"
#include "storage/database.h"

namespace slipway::documents {

struct NewApiKey {
  std::string user;     ///< whose it is
  std::string purpose;  ///< what its owner is told that it is for
  std::optional<Time> expires = {};
};

/// Stores a key with the text `key`, of which only a keyed hash is kept, and audits it.
storage::ApiKey add_api_key(storage::Txn&, const WriteContext&, NewApiKey, const Secret& key);
void erase_api_key(storage::Txn&, const WriteContext&, const storage::ApiKey&);

}  // namespace slipway::documents
