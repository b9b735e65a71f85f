// What the database alone gives away of what users sent, and what can be forged in it: nothing.
#include <doctest/doctest.h>
#include <sodium.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "storage/api_keys.h"
#include "storage/database_testing.h"
#include "storage/idempotency.h"
#include "storage/journal.h"
#include "storage/wrapped_hashes.h"

namespace slipway::storage {
namespace {

constexpr auto kKey = "API-0123456789ABCDEF0123456789AB";
constexpr auto kForged = "API-FORGEDFORGEDFORGEDFORGED0000";
constexpr Query kForge{"forge",
                       "INSERT INTO api_keys (id, hash, user_id, purpose, hint, created)"
                       " VALUES (?1, ?2, 'Users-1', 'forged', 'API-FO', 1)"};
constexpr Query kForget{"forget", "DELETE FROM secrets WHERE id = ?1"};
constexpr Query kForgetAll{"forget all", "DELETE FROM secrets"};
constexpr Query kPutProof{"put proof",
                          "INSERT INTO secrets (id, owner, sealed) VALUES ('MasterKeyProof', 'MasterKey', ?1)"};

/// What any version ever hashed a key to without a key of the database's.
std::vector<std::string> public_hashes(std::string_view text) {
  const std::string hmac = hmac_sha256("slipway api key", text);
  return {hmac, sha256(text), content_hash(text), hmac_sha256("", hmac), hmac_sha256("api key", hmac)};
}

/// What an earlier version proved its master key by.
std::string old_proof(const std::string& master_key) {
  const std::string data = std::string("\1MasterKeyProof\0MasterKey", 25);
  std::string sealed(1 + 24 + 5 + 16, '\1');
  auto* bytes = reinterpret_cast<unsigned char*>(sealed.data());
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes + 25, nullptr, reinterpret_cast<const unsigned char*>("proof"), 5,
                                             reinterpret_cast<const unsigned char*>(data.data()), data.size(), nullptr,
                                             bytes + 1, reinterpret_cast<const unsigned char*>(master_key.data()));
  return sealed;
}

struct Server {
  testing::ThreadedSqlite database;
  SystemRandom random;
  Ids ids;
  testing::QuietLog quiet;

  Vault vault(char master_key = 'k') {
    Vault opened(MasterKey(Secret(std::string(32, master_key))), random, ids, quiet.log());
    opened.prove_key(*database, "master.key");
    return opened;
  }
  bool accepts(const Vault& with, std::string_view key) {
    return database->read([&](Reader& r) { return find_api_key(r, with, key).has_value(); });
  }
  void run(const Query& query, Parameters parameters) {
    database->write("attack", [&](Txn& t) { t.run(query, parameters); });
  }
  void add_key(const Vault& with) {
    database->write("add", [&](Txn& t) { insert_api_key(t, with, {.id = "APIKeys-1", .user = "Users-1"}, kKey); });
  }
  /// All bytes of the database's files.
  std::string bytes() const {
    std::string all;
    for (const auto* end : {"", "-wal"}) {
      std::ifstream in(database.path() + end, std::ios::binary);
      all.append(std::istreambuf_iterator<char>(in), {});
    }
    return all;
  }
};

TEST_CASE("who can write the database, and has no master key, mints no API key") {
  Server server;
  const Vault vault = server.vault();
  server.add_key(vault);
  int tried = 0;
  for (const auto& hash : public_hashes(kForged)) {
    server.run(kForge, {"APIKeys-" + std::to_string(100 + ++tried), Blob{hash}});
    CHECK_FALSE(server.accepts(vault, kForged));
  }
  // Nor by making the server take its hashes for those of an older version.
  server.run(kForget, {"FingerprintKey"});
  CHECK_THROWS_WITH_AS(server.vault(), doctest::Contains("was altered"), Error);
  server.run(kForget, {"MasterKeyProof"});
  CHECK_THROWS_WITH_AS(server.vault(), doctest::Contains("was altered"), Error);
  server.run(kForgetAll, {});
  CHECK_THROWS_WITH_AS(server.vault(), doctest::Contains("was altered"), Error);
}

TEST_CASE("a fingerprint key that another master key sealed is refused") {
  Server server;
  server.add_key(server.vault());
  Server other;
  const auto sealed = [](Reader& r) {
    return *r.one({"sealed", "SELECT sealed FROM secrets WHERE id = 'FingerprintKey'"}, {},
                  [](const Row& row) { return row.string(0); });
  };
  other.vault('x');
  const std::string theirs = other.database->read(sealed);
  server.run({"plant", "UPDATE secrets SET sealed = ?1 WHERE id = 'FingerprintKey'"}, {Blob{theirs}});
  CHECK_THROWS_WITH_AS(server.vault(), doctest::Contains("was altered"), Error);
}

TEST_CASE("with the database alone no guess at what users sent is confirmed") {
  Server server;
  const Vault vault = server.vault();
  server.add_key(vault);
  const std::string body = R"({"Value":"hunter2-guessed"})";
  const std::string request = content_hash("POST\n/api/x\n\n" + body);
  server.database->write("keep", [&](Txn& t) {
    keep_answer(t, "Users-1/k", {request_fingerprint(vault, request), 201, "{}"}, from_micros(5), from_micros(0));
    take_lock(t, vault.lock_name("ecs/prod/hunter2-guessed"), "ServerTasks-1", 1);
  });
  const std::string bytes = server.bytes();
  std::vector<std::string> guesses = public_hashes(kKey);
  guesses.insert(guesses.end(), {kKey, request, "hunter2-guessed", content_hash("ecs/prod/hunter2-guessed"),
                                 to_hex(content_hash("ecs/prod/hunter2-guessed"))});
  for (const auto& guess : guesses) CHECK(bytes.find(guess) == std::string::npos);
  MESSAGE(guesses.size() << " guesses tried");
}

TEST_CASE("what an earlier version hashed goes on to be known, and its hashes are gone from the file") {
  Server server;
  const std::string old_hash = hmac_sha256("slipway api key", kKey);
  const std::string old_request = content_hash("POST\n/api/x\n\nbody");
  const std::string old_lock = to_hex(content_hash("ecs/prod/web"));
  const std::string proof = old_proof(std::string(32, 'k'));
  server.run(kPutProof, {Blob{proof}});
  server.run(kForge, {"APIKeys-1", Blob{old_hash}});
  server.database->write("old", [&](Txn& t) {
    keep_answer(t, "Users-1/k", {old_request, 201, "{}"}, from_micros(5), from_micros(0));
    take_lock(t, old_lock, "ServerTasks-1", 1);
    put_unit(t, {.task = "ServerTasks-1", .number = 1});
    put_entry(t, "ServerTasks-1", 1,
              {.position = 0, .kind = EntryKind::await, .name = "lock " + old_lock, .body = "{}"});
  });
  const Vault vault = server.vault();
  CHECK(server.accepts(vault, kKey));
  server.database->read([&](Reader& r) {
    CHECK(find_answer(r, "Users-1/k", from_micros(0))->request_hash == request_fingerprint(vault, old_request));
    CHECK(entries_of(r, "ServerTasks-1", 1).at(0).name == "lock " + vault.lock_name("ecs/prod/web"));
  });
  server.database->write("lock", [&](Txn& t) {
    CHECK(take_lock(t, vault.lock_name("ecs/prod/web"), "ServerTasks-2", 1) == "ServerTasks-1");
  });
  const Vault again = server.vault();
  CHECK(server.accepts(again, kKey));
  server.database.reopen();  // the write-ahead log goes when the last connection closes
  const std::string bytes = server.bytes();
  for (const auto& gone : {old_hash, old_request, old_lock}) CHECK(bytes.find(gone) == std::string::npos);
}

}  // namespace
}  // namespace slipway::storage
