#include "storage/contents.h"

#include "base/hash.h"
#include "model/ids.h"
#include "storage/compression.h"
#include "storage/document_door.h"
#include "storage/queries.h"

namespace slipway::storage {
namespace {

struct Sql {
  Query exists, put, get, name_snapshot, find_snapshot;
};
constexpr Sql kSql{
    .exists = {"content exists", "SELECT 1 FROM contents WHERE hash = ?1"},
    .put = {"put content", "INSERT INTO contents (hash, packed) VALUES (?1, ?2) ON CONFLICT (hash) DO NOTHING"},
    .get = {"get content", "SELECT packed FROM contents WHERE hash = ?1"},
    .name_snapshot = {"name snapshot",
                      "INSERT INTO snapshots (id, owner, hash, version) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id)"
                      " DO UPDATE SET owner = excluded.owner, hash = excluded.hash, version = excluded.version"},
    .find_snapshot = {"find snapshot",
                      "SELECT packed, version FROM snapshots JOIN contents ON contents.hash = snapshots.hash"
                      " WHERE snapshots.id = ?1"},
};

std::string unpacked(const Row& row) { return unpack(row.text(0)); }

}  // namespace

std::string put_content(Txn& txn, std::string_view text) {
  std::string hash = content_hash(text);
  const bool known = txn.one(kSql.exists, {Blob{hash}}, [](const Row&) { return true; }).has_value();
  if (!known) txn.run(kSql.put, {Blob{hash}, Blob{pack(text)}});
  return hash;
}

std::optional<std::string> get_content(Reader& reader, std::string_view hash) {
  return reader.one(kSql.get, {Blob{hash}}, unpacked);
}

void name_snapshot(Txn& txn, const Snapshot& snapshot) {
  txn.run(kSql.name_snapshot,
          {snapshot.id, snapshot.owner, Blob{snapshot.hash}, txn.documents().form_of(snapshot.type).version});
}

std::optional<json::object> find_snapshot(Reader& reader, std::string_view type, std::string_view id) {
  return reader.one(kSql.find_snapshot, {model::canonical_id(id)}, [&](const Row& row) {
    return todays_document(reader.documents(), type, id, row.integer(1), unpacked(row));
  });
}

std::vector<Query> content_queries() { return members_of(kSql); }

}  // namespace slipway::storage
