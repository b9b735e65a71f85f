// An edit on its way into the database; shared by the parts of DocumentStore.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "documents/document_store.h"
#include "documents/reference_check.h"

namespace slipway::documents {

struct DocumentStore::Draft {
  std::string id;
  std::string space;
  std::optional<storage::StoredResource> stored;  ///< none for a new document
  std::optional<json::object> before;
  json::object after;
  FoundReferences found;  ///< of `after`
  Problems problems;

  const json::object* before_or_null() const { return before ? &*before : nullptr; }
};

}  // namespace slipway::documents
