#include "storage/idempotency.h"

#include "base/error.h"
#include "storage/queries.h"

namespace slipway::storage {
namespace {

struct Sql {
  Query find, keep, forget;
};
constexpr Sql kSql{
    .find = {"find kept answer", "SELECT request_hash, status, body FROM kept_answers WHERE key = ?1 AND kept >= ?2"},
    .keep = {"keep answer",
             "INSERT INTO kept_answers (key, request_hash, status, body, kept) VALUES (?1, ?2, ?3, ?4, ?5)"
             " ON CONFLICT (key) DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,"
             " body = excluded.body, kept = excluded.kept WHERE kept_answers.kept < ?6"},
    .forget = {"forget answers",
               "DELETE FROM kept_answers WHERE key IN"
               " (SELECT key FROM kept_answers WHERE kept < ?1 ORDER BY kept LIMIT ?2)"},
};

}  // namespace

std::optional<KeptAnswer> find_answer(Reader& reader, std::string_view key, Time expired_before) {
  return reader.one(kSql.find, {key, to_micros(expired_before)}, [](const Row& row) {
    return KeptAnswer{.request_hash = row.string(0), .status = static_cast<int>(row.integer(1)), .body = row.string(2)};
  });
}

void keep_answer(Txn& txn, std::string_view key, const KeptAnswer& answer, Time now, Time expired_before) {
  const auto kept = txn.run(kSql.keep, {key, Blob{answer.request_hash}, answer.status, answer.body, to_micros(now),
                                        to_micros(expired_before)});
  if (kept == 0) {
    fail(ErrorCode::conflict,
         "A call with the same Idempotency-Key was answered meanwhile. Repeat the call to get its "
         "answer.");
  }
}

std::int64_t forget_answers(Txn& txn, Time older_than, int limit) {
  return txn.run(kSql.forget, {to_micros(older_than), limit});
}

std::vector<Query> idempotency_queries() { return members_of(kSql); }

}  // namespace slipway::storage
