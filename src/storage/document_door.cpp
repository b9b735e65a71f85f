#include "storage/document_door.h"

#include <fmt/format.h>

#include <new>
#include <utility>

#include "base/failure.h"
#include "storage/resources.h"

namespace slipway::storage {
namespace {

json::object parsed(std::string_view body) { return std::move(json::parse(body, {.max_bytes = 1u << 30}).as_object()); }

/// What our own records do to a reader is no fault of who asked.
template <class Read>
auto told_of(std::string_view type, std::string_view id, Read read) {
  try {
    return read();
  } catch (const std::bad_alloc&) {
    throw;  // says nothing of the document
  } catch (...) {
    fail(ErrorCode::internal, fmt::format("The stored document {} ({}) can't be read: {}", id, type,
                                          error_of(std::current_exception()).message()));
  }
}

json::object upgraded(const model::Catalogue& documents, std::string_view type, std::int64_t version,
                      std::string_view body) {
  const model::Schema& schema = documents.get(type);
  return version > schema.version() ? parsed(body) : model::upgraded(schema, version, parsed(body));
}

}  // namespace

std::string todays_body(const model::Catalogue& documents, std::string_view type, std::string_view id,
                        const model::Form& stored, std::string body) {
  const model::Form today = documents.form_of(type);
  if (stored == today || stored.version > today.version || documents.find(type) == nullptr) return body;
  return json::to_text(todays_document(documents, type, id, stored.version, body));
}

json::object todays_document(const model::Catalogue& documents, std::string_view type, std::string_view id,
                             std::int64_t version, std::string_view body) {
  return told_of(type, id, [&] { return upgraded(documents, type, version, body); });
}

json::object parse_document(const StoredResource& row) {
  return told_of(row.type, row.id, [&] { return parsed(row.body); });
}

}  // namespace slipway::storage
