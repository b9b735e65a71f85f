// Answers kept by Idempotency-Key (JEN-6), so that a repeated call returns the first answer and changes nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/database.h"

namespace slipway::storage {

struct KeptAnswer {
  std::string request_hash = {};  ///< of method, route and body: the same key for another request is a conflict
  int status = 0;
  std::string body = {};
};
/// `key` already includes the caller's user id. Kept answers older than `expired_before` are ignored.
std::optional<KeptAnswer> find_answer(Reader&, std::string_view key, Time expired_before);
/// In the transaction of the effect itself. Throws Error{conflict} when the key was stored meanwhile; an answer older
/// than `expired_before` gives way.
void keep_answer(Txn&, std::string_view key, const KeptAnswer&, Time now, Time expired_before);
/// Removes at most `limit` answers older than that; returns how many.
std::int64_t forget_answers(Txn&, Time older_than, int limit);

}  // namespace slipway::storage
