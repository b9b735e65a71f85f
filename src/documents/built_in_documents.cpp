#include "documents/built_in_documents.h"

#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "documents/document_store.h"
#include "storage/resources.h"

namespace slipway::documents {
namespace {

struct Missing {
  const model::Schema* schema;
  json::object document;
};

std::vector<Missing> missing_documents(storage::Reader& reader, const model::Catalogue& catalogue) {
  std::vector<Missing> missing;
  for (const model::Schema& schema : catalogue.all()) {
    for (const json::object& document : schema.built_in) {
      if (!storage::find_resource(reader, json::text_at(document, "Id").value_or(""))) {
        missing.push_back({&schema, document});
      }
    }
  }
  return missing;
}

}  // namespace

void make_built_in_documents(const WriteTools& tools, storage::Database& database, const Log& log) {
  if (database.read([&](storage::Reader& r) { return missing_documents(r, tools.catalogue); }).empty()) return;
  try {
    database.write("built-in documents", [&](storage::Txn& txn) {
      DocumentStore store({tools}, txn);
      for (Missing& one : missing_documents(txn, tools.catalogue)) {
        store.create(*one.schema, "", std::move(one.document), model::Sender::server);
      }
    });
  } catch (const Error& error) {
    if (error.code() != ErrorCode::unavailable) throw;
    log.warning("The built-in documents could not be made; the next start tries again", {{"reason", error.message()}});
  }
}

}  // namespace slipway::documents
