// What versions before the fingerprint key hashed of what users sent (API keys, requests, locks), hashed once more with
// it.
//
// Every fingerprint of these kinds is taken of the old hash, of new rows too, so that old and new ones are of one form.
#pragma once

#include <string>
#include <string_view>

#include "storage/secrets.h"

namespace slipway::storage {

std::string api_key_fingerprint(const Vault&, std::string_view old_hash);
std::string request_fingerprint(const Vault&, std::string_view old_hash);
/// `old_hash` and result in hexadecimal digits.
std::string lock_fingerprint(const Vault&, std::string_view old_hash);

bool has_api_keys(Reader&);

/// Once, in the transaction that stores the fingerprint key.
void wrap_api_keys(Txn&, const Vault&);
void wrap_kept_answers(Txn&, const Vault&);
/// Also in the journals of units that hold or want one.
void wrap_locks(Txn&, const Vault&);

}  // namespace slipway::storage
