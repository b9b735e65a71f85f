#include "storage/document_door.h"

#include <utility>

#include "storage/resources.h"

namespace slipway::storage {
namespace {

json::object parsed(std::string_view body) { return std::move(json::parse(body, {.max_bytes = 1u << 30}).as_object()); }

}  // namespace

std::string todays_body(const model::Catalogue& documents, std::string_view type, const model::Form& stored,
                        std::string body) {
  const model::Form today = documents.form_of(type);
  if (stored == today || stored.version > today.version || documents.find(type) == nullptr) return body;
  return json::to_text(todays_document(documents, type, stored.version, body));
}

json::object todays_document(const model::Catalogue& documents, std::string_view type, std::int64_t version,
                             std::string_view body) {
  const model::Schema& schema = documents.get(type);
  return version > schema.version() ? parsed(body) : model::upgraded(schema, version, parsed(body));
}

json::object parse_document(const StoredResource& row) { return parsed(row.body); }

}  // namespace slipway::storage
