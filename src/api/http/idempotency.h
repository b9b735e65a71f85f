// Idempotency-Key (JEN-6): a repeated call returns the first answer and changes nothing.
//
// A route that creates something asks for the call's key, runs its write, and keeps the answer in that same write:
//
//   const auto key = idempotency_key(call);
//   if (auto kept = kept_answer(call, key)) return *kept;           // before looking anything up outside
//   return call.services.database.write("…", [&](storage::Txn& txn) {
//     if (auto kept = kept_answer(call, txn, key)) return *kept;      // two equal calls at once
//     …; keep_answer(call, txn, key, response); return response; });
#pragma once

#include <optional>
#include <string>

#include "api/http/call.h"
#include "net/http.h"
#include "storage/database.h"

namespace slipway::api {

struct IdempotencyKey {
  std::string key;           ///< the header's value, within the caller's own keys
  std::string request_hash;  ///< fingerprint of method, path, query and body, which may hold secrets
};

/// nullopt without the header. Throws Error{invalid} for a key over 255 characters.
std::optional<IdempotencyKey> idempotency_key(const Call&);
/// The first answer; throws Error{conflict} when the key came with another request.
std::optional<net::Response> kept_answer(const Call&, storage::Reader&, const std::optional<IdempotencyKey>&);
std::optional<net::Response> kept_answer(const Call&, const std::optional<IdempotencyKey>&);
/// For 24 hours; what is older goes, a few at a time. Nothing without a key.
void keep_answer(const Call&, storage::Txn&, const std::optional<IdempotencyKey>&, const net::Response&);

}  // namespace slipway::api
