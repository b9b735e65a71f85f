#include "api/http/idempotency.h"

#include <fmt/format.h>

#include <chrono>

#include "api/http/route.h"
#include "base/error.h"
#include "base/hash.h"
#include "storage/idempotency.h"
#include "storage/wrapped_hashes.h"

namespace slipway::api {
namespace {

constexpr auto kKeptFor = std::chrono::hours(24);
constexpr std::size_t kLongestKey = 255;
/// More than one, so that the table shrinks again after a busy day.
constexpr int kForgottenAtOnce = 10;

}  // namespace

std::optional<IdempotencyKey> idempotency_key(const Call& call) {
  const auto header = call.request.headers.find("Idempotency-Key");
  if (!header || header->empty()) return std::nullopt;
  if (header->size() > kLongestKey) {
    fail_invalid(
        fmt::format("Idempotency-Key has {} characters; at most {} are allowed.", header->size(), kLongestKey));
  }
  const net::Request& r = call.request;
  return IdempotencyKey{
      fmt::format("{}/{}", call.principal.user, *header),
      storage::request_fingerprint(call.services.vault,
                                   content_hash(fmt::format("{}\n{}\n{}\n{}", r.method, r.path, r.query, r.body)))};
}

std::optional<net::Response> kept_answer(const Call& call, storage::Reader& reader,
                                         const std::optional<IdempotencyKey>& key) {
  if (!key) return std::nullopt;
  auto kept = storage::find_answer(reader, key->key, call.services.clock.now() - kKeptFor);
  if (!kept) return std::nullopt;
  if (kept->request_hash != key->request_hash) {
    fail(ErrorCode::conflict,
         "The Idempotency-Key was used for another request already; a new request needs a new key.");
  }
  return json_response(kept->status, std::move(kept->body));
}

std::optional<net::Response> kept_answer(const Call& call, const std::optional<IdempotencyKey>& key) {
  if (!key) return std::nullopt;
  return call.services.database.read([&](storage::Reader& reader) { return kept_answer(call, reader, key); });
}

void keep_answer(const Call& call, storage::Txn& txn, const std::optional<IdempotencyKey>& key,
                 const net::Response& response) {
  if (!key) return;
  const Time now = call.services.clock.now();
  storage::forget_answers(txn, now - kKeptFor, kForgottenAtOnce);
  storage::keep_answer(txn, key->key, {key->request_hash, response.status, response.body}, now, now - kKeptFor);
}

}  // namespace slipway::api
