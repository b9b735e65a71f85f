#include "storage/lifted.h"

#include "storage/queries.h"

namespace slipway::storage {
namespace {

struct Sql {
  Query find, set;
};
constexpr Sql kSql{
    .find = {"find lifted", "SELECT version, shape FROM lifted WHERE type = ?1"},
    .set = {"set lifted",
            "INSERT INTO lifted (type, version, shape) VALUES (?1, ?2, ?3) ON CONFLICT (type)"
            " DO UPDATE SET version = excluded.version, shape = excluded.shape"},
};

}  // namespace

std::optional<model::Form> lifted_by(Reader& reader, std::string_view type) {
  return reader.one(kSql.find, {type}, [](const Row& row) { return model::Form{row.integer(0), row.integer(1)}; });
}

void set_lifted_by(Txn& txn, std::string_view type, const model::Form& form) {
  txn.run(kSql.set, {type, form.version, form.shape});
}

std::vector<Query> lifted_queries() { return members_of(kSql); }

}  // namespace slipway::storage
