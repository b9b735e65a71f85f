#include "storage/secrets.h"

#include <fmt/format.h>
#include <sodium.h>

#include <span>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "storage/queries.h"
#include "storage/wrapped_hashes.h"

namespace slipway::storage {
namespace {

constexpr std::size_t kKeySize = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
/// The first byte of a sealed secret names the key that sealed it, so that a rotation can tell old rows from new.
constexpr char kKeyId = 1;
/// What tells whether a key is the database's own: sealed under it like any secret, and rotated with them.
constexpr std::string_view kProofId = "MasterKeyProof", kProofOwner = "MasterKey";
constexpr std::string_view kProof = "proof of a database whose hashes are fingerprints", kOldProof = "proof";
constexpr std::string_view kFingerprintKeyId = "FingerprintKey", kFingerprintKeyOwner = "Fingerprints";

constexpr auto kAltered =
    "The database was altered: the key of its fingerprints, without which no API key can be told from a forged one, is "
    "missing or not its own. Restore the database from your backup.";

struct Sql {
  Query put, get, any, erase, erase_owned, owned;
};
constexpr Sql kSql{
    .put = {"put secret", "INSERT INTO secrets (id, owner, sealed) VALUES (?1, ?2, ?3)"},
    .get = {"get secret", "SELECT sealed FROM secrets WHERE id = ?1"},
    .any = {"any secret", "SELECT id, owner, sealed FROM secrets LIMIT 1"},
    .erase = {"erase secret", "DELETE FROM secrets WHERE id = ?1"},
    .erase_owned = {"erase secrets of owner", "DELETE FROM secrets WHERE owner = ?1"},
    .owned = {"secrets of owner", "SELECT id FROM secrets WHERE owner = ?1 ORDER BY id"},
};

const unsigned char* raw(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

/// What the ciphertext is bound to. No id contains a zero byte, so no two pairs read alike.
std::string associated_data(std::string_view id, std::string_view owner) {
  std::string data(1, kKeyId);
  data.append(id).append(1, '\0').append(owner);
  return data;
}

/// key id, nonce, ciphertext with its tag
std::string encrypt(const Secret& key, Random& random, std::string_view id, std::string_view owner,
                    const Secret& secret) {
  const std::string data = associated_data(id, owner);
  const std::string_view plain = secret.reveal();
  std::string sealed(1 + kNonceSize + plain.size() + kTagSize, kKeyId);
  unsigned char* nonce = raw(sealed) + 1;
  random.fill({nonce, kNonceSize});
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + kNonceSize, nullptr, raw(plain), plain.size(), raw(data),
                                             data.size(), nullptr, nonce, raw(key.reveal()));
  return sealed;
}

std::optional<Secret> decrypt(const Secret& key, std::string_view id, std::string_view owner, std::string_view sealed) {
  if (sealed.size() < 1 + kNonceSize + kTagSize || sealed[0] != kKeyId) return std::nullopt;
  const std::string data = associated_data(id, owner);
  const unsigned char* nonce = raw(sealed) + 1;
  const std::string_view ciphertext = sealed.substr(1 + kNonceSize);
  std::string plain(ciphertext.size() - kTagSize, '\0');
  const int failed =
      crypto_aead_xchacha20poly1305_ietf_decrypt(raw(plain), nullptr, nullptr, raw(ciphertext), ciphertext.size(),
                                                 raw(data), data.size(), nonce, raw(key.reveal()));
  Secret secret(std::move(plain));
  if (failed != 0) return std::nullopt;
  return secret;
}

Secret key_from_hex(const std::string& path, std::string_view text) {
  const std::string_view digits = trim(text);
  std::string key(kKeySize, '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  const int failed = sodium_hex2bin(raw(key), key.size(), digits.data(), digits.size(), nullptr, &size, &end);
  Secret secret(std::move(key));
  if (failed != 0 || size != kKeySize || end != digits.data() + digits.size()) {
    fail(ErrorCode::unavailable, fmt::format("The master key {} is not {} hexadecimal digits. Restore the file from "
                                             "your backup; without it no stored secret can be read.",
                                             path, 2 * kKeySize));
  }
  return secret;
}

std::optional<Secret> read_key(Disk& disk, const std::string& path) {
  const auto mode = disk.mode(path);
  if (!mode) return std::nullopt;
  if ((*mode & 077) != 0) {
    fail(ErrorCode::unavailable, fmt::format("The master key {} is open to other users (mode {:04o}), who could read "
                                             "every secret with it. Run: chmod 600 {}",
                                             path, *mode, path));
  }
  auto text = disk.read(path);
  if (!text) return std::nullopt;
  const Secret hex(std::move(*text));
  return key_from_hex(path, hex.reveal());
}

void make_key(Disk& disk, Random& random, const std::string& path) {
  std::string bytes(kKeySize, '\0');
  random.fill({raw(bytes), bytes.size()});
  const Secret key(std::move(bytes));
  const Secret line(to_hex(key.reveal()) + "\n");
  disk.create(path, line.reveal(), 0600);
}

/// A sealed secret with what it is bound to.
struct SealedRow {
  std::string id, owner, sealed;
};

/// The proof, or any secret of a database that has none yet.
std::optional<SealedRow> find_witness(Reader& reader) {
  const auto proof = reader.one(kSql.get, {kProofId}, [](const Row& row) { return row.string(0); });
  if (proof) return SealedRow{std::string(kProofId), std::string(kProofOwner), *proof};
  return reader.one(kSql.any, {}, [](const Row& row) {
    return SealedRow{row.string(0), row.string(1), row.string(2)};
  });
}

std::optional<std::string> find_fingerprint_key(Reader& reader) {
  return reader.one(kSql.get, {kFingerprintKeyId}, [](const Row& row) { return row.string(0); });
}

}  // namespace

MasterKey::MasterKey(Secret key) : bytes_(std::move(key)) {
  if (bytes_.reveal().size() != kKeySize) {
    fail(ErrorCode::internal, fmt::format("A master key has {} bytes, not {}.", kKeySize, bytes_.reveal().size()));
  }
}

MasterKey MasterKey::load(Disk& disk, Random& random, const std::string& path, bool may_create) {
  auto key = read_key(disk, path);
  if (!key && may_create) {
    make_key(disk, random, path);
    key = read_key(disk, path);  // another server may have been faster
  }
  if (!key) {
    fail(ErrorCode::unavailable, fmt::format("The master key {} is missing. Restore the file from your backup; without "
                                             "it no stored secret can be read.",
                                             path));
  }
  return MasterKey(std::move(*key));
}

Vault::Vault(MasterKey key, Random& random, Ids& ids, const Log& log)
    : key_(std::move(key)), random_(random), ids_(ids), log_(log) {}

bool has_secrets(Reader& reader) {
  return reader.one(kSql.any, {}, [](const Row&) { return true; }).has_value();
}

bool is_key_of(const MasterKey& key, Reader& reader) {
  const auto witness = find_witness(reader);
  return !witness || decrypt(key.bytes(), witness->id, witness->owner, witness->sealed).has_value();
}

void Vault::prove_key(Database& database, const std::string& key_file) {
  const auto witness = database.read([](Reader& reader) { return find_witness(reader); });
  auto said = witness ? decrypt(key_.bytes(), witness->id, witness->owner, witness->sealed) : std::nullopt;
  if (witness && !said) {
    fail(ErrorCode::unavailable,
         fmt::format("The master key {} is not the one that this database's secrets were stored under. Restore the key "
                     "file that belongs to the database, or the database that belongs to the key.",
                     key_file));
  }
  const bool has_proof = witness && witness->id == kProofId;
  if (const auto sealed = database.read(find_fingerprint_key)) {
    auto key = decrypt(key_.bytes(), kFingerprintKeyId, kFingerprintKeyOwner, *sealed);
    if (!key) fail(ErrorCode::unavailable, kAltered);
    fingerprint_key_ = std::move(*key);
    if (!has_proof) database.write("prove master key", [&](Txn& txn) { put_proof(txn); });
    return;
  }
  // Only a database that has no keys yet, or was last opened by a version that knew no fingerprints, may lack theirs:
  // who can write the file can take the key away, but can't say the old proof.
  const bool is_old = has_proof && said->reveal() == kOldProof;
  if (!is_old && database.read(has_api_keys)) fail(ErrorCode::unavailable, kAltered);
  make_fingerprint_key(database);
}

void Vault::put_proof(Txn& txn) {
  txn.run(kSql.erase, {kProofId});
  const std::string sealed = encrypt(key_.bytes(), random_, kProofId, kProofOwner, Secret(std::string(kProof)));
  txn.run(kSql.put, {kProofId, kProofOwner, Blob{sealed}});
}

void Vault::make_fingerprint_key(Database& database) {
  std::string bytes(kKeySize, '\0');
  random_.fill({raw(bytes), bytes.size()});
  fingerprint_key_ = Secret(std::move(bytes));
  const std::string sealed = encrypt(key_.bytes(), random_, kFingerprintKeyId, kFingerprintKeyOwner, fingerprint_key_);
  database.write("make fingerprint key", [&](Txn& txn) {
    txn.run(kSql.put, {kFingerprintKeyId, kFingerprintKeyOwner, Blob{sealed}});
    put_proof(txn);
    wrap_api_keys(txn, *this);
    wrap_kept_answers(txn, *this);
    wrap_locks(txn, *this);
  });
}

std::string Vault::fingerprint(std::string_view kind, std::string_view text) const {
  if (fingerprint_key_.empty()) fail(ErrorCode::internal, "A fingerprint was asked for before its key was opened.");
  std::string both(kind);
  both.append(1, '\0').append(text);  // no kind contains a zero byte, so no two pairs read alike
  const Secret message(std::move(both));
  return hmac_sha256(fingerprint_key_.reveal(), message.reveal());
}

std::string Vault::lock_name(std::string_view plain_key) const {
  return lock_fingerprint(*this, to_hex(content_hash(plain_key)));
}

std::string Vault::put(Txn& txn, std::string_view owner, const Secret& secret) {
  std::string id = ids_.next(txn, "Secrets");
  const std::string sealed = encrypt(key_.bytes(), random_, id, owner, secret);
  txn.run(kSql.put, {id, owner, Blob{sealed}});
  return id;
}

std::optional<Secret> Vault::get(Reader& reader, std::string_view id, std::string_view owner) {
  const auto sealed = reader.one(kSql.get, {id}, [](const Row& row) { return row.string(0); });
  if (!sealed) return std::nullopt;
  auto secret = decrypt(key_.bytes(), id, owner, *sealed);
  if (!secret) {
    fail(ErrorCode::internal, fmt::format("The secret {} of {} does not decrypt: it belongs to another document, was "
                                          "altered, or was stored under another master key.",
                                          id, owner));
  }
  log_.redact(secret->reveal());
  return secret;
}

std::string Vault::seal(std::string_view owner, std::string_view text) {
  return to_hex(encrypt(key_.bytes(), random_, {}, owner, Secret(std::string(text))));
}

std::string Vault::unseal(std::string_view owner, std::string_view sealed) const {
  std::string bytes(sealed.size() / 2, '\0');
  std::size_t size = 0;
  const int failed = sodium_hex2bin(raw(bytes), bytes.size(), sealed.data(), sealed.size(), nullptr, &size, nullptr);
  const auto text =
      failed == 0 ? decrypt(key_.bytes(), {}, owner, std::string_view(bytes).substr(0, size)) : std::nullopt;
  if (!text) fail(ErrorCode::internal, fmt::format("A sealed text of {} does not decrypt.", owner));
  return std::string(text->reveal());
}

void Vault::erase(Txn& txn, std::string_view id) { txn.run(kSql.erase, {id}); }

void Vault::erase_owned_by(Txn& txn, std::string_view owner) { txn.run(kSql.erase_owned, {owner}); }

std::vector<std::string> Vault::ids_owned_by(Reader& reader, std::string_view owner) {
  return reader.all(kSql.owned, {owner}, [](const Row& row) { return row.string(0); });
}

std::vector<Query> secret_queries() { return members_of(kSql); }

}  // namespace slipway::storage
