// An edit on its way into the database; shared by the parts of DocumentStore.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/document_store.h"
#include "api/reference_check.h"
#include "base/error.h"

namespace slipway::api {

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

}  // namespace slipway::api
