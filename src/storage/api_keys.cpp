#include "storage/api_keys.h"

#include "base/hash.h"
#include "model/ids.h"
#include "storage/list_query.h"
#include "storage/queries.h"
#include "storage/wrapped_hashes.h"

namespace slipway::storage {
namespace {

#define API_KEY_COLUMNS "id, user_id, purpose, hint, created, expires"

struct Sql {
  Query insert, find, find_by_id, erase;
};
constexpr Sql kSql{
    .insert = {"insert api key",
               "INSERT INTO api_keys (" API_KEY_COLUMNS ", hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
    .find = {"find api key", "SELECT " API_KEY_COLUMNS " FROM api_keys WHERE hash = ?1"},
    .find_by_id = {"find api key by id", "SELECT " API_KEY_COLUMNS " FROM api_keys WHERE id = ?1"},
    .erase = {"erase api key", "DELETE FROM api_keys WHERE id = ?1"},
};

const ListQuery& api_key_list() {
  static const ListQuery list({
      .name = "api keys",
      .table = "api_keys",
      .columns = API_KEY_COLUMNS,
      .key = "id",
      .order = "created, id",
      .filters = {{.column = "user_id", .indexed = true}},
  });
  return list;
}

/// A key is long and random, so one round of a hash is enough. The inner hash is what versions before the fingerprint
/// key stored.
std::string hash_of(const Vault& vault, std::string_view key) {
  return api_key_fingerprint(vault, hmac_sha256("slipway api key", key));
}

ApiKey api_key_of(const Row& row) {
  return {.id = row.string(0),
          .user = row.string(1),
          .purpose = row.string(2),
          .hint = row.string(3),
          .created = row.time(4),
          .expires = row.maybe_time(5)};
}

}  // namespace

void insert_api_key(Txn& txn, const Vault& vault, const ApiKey& api_key, std::string_view key) {
  const std::string hash = hash_of(vault, key);
  txn.run(kSql.insert, {api_key.id, api_key.user, api_key.purpose, api_key.hint, to_micros(api_key.created),
                        api_key.expires ? Parameter(to_micros(*api_key.expires)) : Parameter(nullptr), Blob{hash}});
  txn.publish({.kind = Change::Kind::document, .id = api_key.id, .type = std::string(kApiKeyType)});
}

std::optional<ApiKey> find_api_key(Reader& reader, const Vault& vault, std::string_view key) {
  const std::string hash = hash_of(vault, key);
  return reader.one(kSql.find, {Blob{hash}}, api_key_of);
}

std::optional<ApiKey> find_api_key_by_id(Reader& reader, std::string_view id) {
  return reader.one(kSql.find_by_id, {model::canonical_id(id)}, api_key_of);
}

Page<ApiKey> list_api_keys(Reader& reader, std::string_view user, Slice slice) {
  return api_key_list().page(reader, {user}, slice, api_key_of);
}

void erase_api_key(Txn& txn, std::string_view id) {
  if (txn.run(kSql.erase, {id}) == 0) return;
  txn.publish(
      {.kind = Change::Kind::document, .id = std::string(id), .type = std::string(kApiKeyType), .is_gone = true});
}

std::vector<Query> api_key_queries() {
  std::vector<Query> queries = members_of(kSql);
  for (const Query& query : api_key_list().queries()) queries.push_back(query);
  return queries;
}

}  // namespace slipway::storage
