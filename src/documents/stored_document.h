// The document in a stored row.
#pragma once

#include <utility>

#include "base/json.h"
#include "storage/resources.h"

namespace slipway::documents {

/// As stored: without links, secrets as ids.
inline json::object parse_document(const storage::StoredResource& row) {
  return std::move(json::parse(row.body, {.max_bytes = 1u << 30}).as_object());
}

}  // namespace slipway::documents
