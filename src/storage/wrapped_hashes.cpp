#include "storage/wrapped_hashes.h"

#include <utility>
#include <vector>

#include "base/text.h"
#include "storage/queries.h"

namespace slipway::storage {
namespace {

struct Sql {
  Query api_keys, wrap_api_key, answers, wrap_answer, locks, wrap_lock, lock_entries, wrap_lock_entry;
};
constexpr Sql kSql{
    .api_keys = {"hashes of api keys", "SELECT id, hash FROM api_keys"},
    .wrap_api_key = {"wrap hash of api key", "UPDATE api_keys SET hash = ?2 WHERE id = ?1"},
    .answers = {"hashes of kept answers", "SELECT key, request_hash FROM kept_answers"},
    .wrap_answer = {"wrap hash of kept answer", "UPDATE kept_answers SET request_hash = ?2 WHERE key = ?1"},
    .locks = {"keys of locks", "SELECT key FROM locks"},
    .wrap_lock = {"wrap key of lock", "UPDATE locks SET key = ?2 WHERE key = ?1"},
    .lock_entries = {"journaled locks",
                     "SELECT task, unit, position, name FROM journal_entries WHERE strpos(name, 'lock ') = 1"},
    .wrap_lock_entry = {"wrap journaled lock",
                        "UPDATE journal_entries SET name = ?4 WHERE task = ?1 AND unit = ?2 AND position = ?3"},
};

constexpr std::string_view kLockEntry = "lock ";

std::pair<std::string, std::string> two_texts(const Row& row) { return {row.string(0), row.string(1)}; }

}  // namespace

std::string api_key_fingerprint(const Vault& vault, std::string_view old_hash) {
  return vault.fingerprint("api key", old_hash);
}

std::string request_fingerprint(const Vault& vault, std::string_view old_hash) {
  return vault.fingerprint("request", old_hash);
}

std::string lock_fingerprint(const Vault& vault, std::string_view old_hash) {
  return to_hex(vault.fingerprint("lock", old_hash).substr(0, 16));
}

bool has_api_keys(Reader& reader) {
  return reader.one(kSql.api_keys, {}, [](const Row&) { return true; }).has_value();
}

void wrap_api_keys(Txn& txn, const Vault& vault) {
  for (const auto& [id, hash] : txn.all(kSql.api_keys, {}, two_texts)) {
    const std::string wrapped = api_key_fingerprint(vault, hash);
    txn.run(kSql.wrap_api_key, {id, Blob{wrapped}});
  }
}

void wrap_kept_answers(Txn& txn, const Vault& vault) {
  for (const auto& [key, hash] : txn.all(kSql.answers, {}, two_texts)) {
    const std::string wrapped = request_fingerprint(vault, hash);
    txn.run(kSql.wrap_answer, {key, Blob{wrapped}});
  }
}

void wrap_locks(Txn& txn, const Vault& vault) {
  for (const auto& key : txn.all(kSql.locks, {}, [](const Row& row) { return row.string(0); })) {
    txn.run(kSql.wrap_lock, {key, lock_fingerprint(vault, key)});
  }
  struct Entry {
    std::int64_t task, unit, position;
    std::string name;
  };
  const auto entries = txn.all(kSql.lock_entries, {}, [](const Row& row) {
    return Entry{row.integer(0), row.integer(1), row.integer(2), row.string(3)};
  });
  for (const auto& entry : entries) {
    const std::string name =
        std::string(kLockEntry) + lock_fingerprint(vault, std::string_view(entry.name).substr(kLockEntry.size()));
    txn.run(kSql.wrap_lock_entry, {entry.task, entry.unit, entry.position, name});
  }
}

std::vector<Query> wrapped_hash_queries() { return members_of(kSql); }

}  // namespace slipway::storage
