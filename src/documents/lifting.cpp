#include "documents/lifting.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "documents/document_row.h"
#include "documents/reference_check.h"
#include "storage/lifted.h"
#include "storage/resources.h"

namespace slipway::documents {
namespace {

/// False where a newer program wrote the document.
bool lift(storage::Txn& txn, const model::Schema& schema, const storage::StoredResource& stored) {
  const json::object document = storage::parse_document(stored);
  if (!storage::lift_resource(txn, row_of(schema, stored.id, stored.space, document))) return false;
  Problems lead_nowhere;  // what was stored stays, and protects nothing
  const FoundReferences found =
      check_references(txn, schema, stored.space, {nullptr, document, model::Sender::server}, lead_nowhere);
  storage::set_references(txn, stored.id, found.references);
  return true;
}

int lift_all(storage::Txn& txn, const model::Schema& schema) {
  storage::ResourceFilter filter;
  filter.type = schema.type;
  std::vector<std::string> ids;  // first, since lifting may change the order
  for (const storage::StoredResource& row : storage::list_resources(txn, filter, storage::everything).items) {
    ids.push_back(row.id);
  }
  int lifted = 0;
  for (const std::string& id : ids) {
    const auto row = storage::find_resource(txn, id);
    if (row && lift(txn, schema, *row)) ++lifted;
  }
  return lifted;
}

}  // namespace

void lift_documents(const model::Catalogue& catalogue, storage::Database& database, const Log& log) {
  const auto is_done = [&](storage::Reader& reader, const model::Schema& schema) {
    return storage::lifted_by(reader, schema.type) == catalogue.form_of(schema.type);
  };
  const bool all_done = database.read([&](storage::Reader& reader) {
    bool done = true;
    for (const model::Schema& schema : catalogue.all()) done = done && is_done(reader, schema);
    return done;
  });
  if (all_done) return;
  const int lifted = database.write("lift documents", [&](storage::Txn& txn) {
    int sum = 0;
    for (const model::Schema& schema : catalogue.all()) {
      if (is_done(txn, schema)) continue;
      sum += lift_all(txn, schema);
      storage::set_lifted_by(txn, schema.type, catalogue.form_of(schema.type));
    }
    return sum;
  });
  if (lifted > 0) log.info("Documents of an earlier version were made ready", {{"documents", lifted}});
}

}  // namespace slipway::documents
