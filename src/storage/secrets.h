// Secrets at rest. Each lives once, encrypted under the master key with its id and owner as associated data, so that a
// row copied to another id or owner does not decrypt. Documents, snapshots, plans and journals hold only ids.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/log.h"
#include "base/random.h"
#include "base/secret.h"
#include "storage/database.h"
#include "storage/ids.h"

namespace slipway::storage {

/// 32 bytes outside the database. Threads: any.
class MasterKey {
 public:
  /// Reads `path` (64 hexadecimal digits), or makes it (0600) when it does not exist and `may_create`. Throws
  /// Error{unavailable} when there is no key, none that makes sense, or one that others may read.
  static MasterKey load(Disk&, Random&, const std::string& path, bool may_create);
  explicit MasterKey(Secret bytes);
  const Secret& bytes() const { return bytes_; }

 private:
  Secret bytes_;
};

/// Does the database hold anything that only its master key opens?
bool has_secrets(Reader&);
/// Is it the key that the database's secrets were stored under? True while there are none.
bool is_key_of(const MasterKey&, Reader&);

/// Every value that it opens is masked in `log` from then on; nothing is used that was not opened. What a request
/// brings and is refused leaves nothing behind. Threads: any.
class Vault {
 public:
  Vault(MasterKey, Random&, Ids&, const Log& log);
  /// Throws Error{unavailable}, naming `key_file`, when the database belongs to another master key. From the first time
  /// on the database knows its key, before it holds any secret. Also opens the key of fingerprint(), or makes it; what
  /// earlier versions hashed without one is then hashed once more with it.
  void prove_key(Database&, const std::string& key_file);
  /// Stores a new secret of `owner` and returns its id ("Secrets-7"). Ids are never reused for another value.
  std::string put(Txn&, std::string_view owner, const Secret&);
  /// nullopt for an unknown id; Error{internal} when it does not decrypt for this owner.
  std::optional<Secret> get(Reader&, std::string_view id, std::string_view owner);
  /// For text that lies elsewhere than in the vault and holds a secret, such as a journal's: encrypted for `owner`, in
  /// hexadecimal digits.
  std::string seal(std::string_view owner, std::string_view text);
  /// Error{internal} when it was not sealed for this owner under this key.
  std::string unseal(std::string_view owner, std::string_view sealed) const;
  /// 32 bytes that stand for a text of `kind`, the same for the same text, and tell nothing to who holds the database
  /// alone: neither can a guess at the text be confirmed, nor a row be written that passes for it. The key is random
  /// and sealed like any secret, so that a change of the master key leaves fingerprints as they are. After prove_key().
  std::string fingerprint(std::string_view kind, std::string_view text) const;
  /// Of a lock's key, in hexadecimal digits.
  std::string lock_name(std::string_view plain_key) const;
  void erase(Txn&, std::string_view id);
  void erase_owned_by(Txn&, std::string_view owner);
  std::vector<std::string> ids_owned_by(Reader&, std::string_view owner);

 private:
  void put_proof(Txn&);
  void make_fingerprint_key(Database&);

  MasterKey key_;
  Secret fingerprint_key_;
  Random& random_;
  Ids& ids_;
  const Log& log_;
};

}  // namespace slipway::storage
