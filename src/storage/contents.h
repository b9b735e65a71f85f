// Content-addressed texts: snapshots of processes and variable sets, plans. Equal content is stored once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "storage/database.h"

namespace slipway::storage {

/// Stores `text` (compressed) unless it is there, and returns its 16-byte hash.
std::string put_content(Txn&, std::string_view text);
std::optional<std::string> get_content(Reader&, std::string_view hash);

/// Freezes a document of that type: its public id, e.g. "deploymentprocess-Projects-1-s-3-ABCDE", names a content,
/// which is the document in today's form.
struct Snapshot {
  std::string_view id, type, owner, hash;
};
void name_snapshot(Txn&, const Snapshot&);
/// The frozen document of that type, in today's form.
std::optional<json::object> find_snapshot(Reader&, std::string_view type, std::string_view id);

}  // namespace slipway::storage
