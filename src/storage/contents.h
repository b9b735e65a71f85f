// Content-addressed texts: snapshots of processes and variable sets, plans. Equal content is stored once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/database.h"

namespace slipway::storage {

/// Stores `text` (compressed) unless it is there, and returns its 16-byte hash.
std::string put_content(Txn&, std::string_view text);
std::optional<std::string> get_content(Reader&, std::string_view hash);

/// A snapshot's public id, e.g. "deploymentprocess-Projects-1-s-3-ABCDE", names a content.
void name_snapshot(Txn&, std::string_view id, std::string_view owner, std::string_view hash);
/// The content of a named snapshot.
std::optional<std::string> find_snapshot(Reader&, std::string_view id);

}  // namespace slipway::storage
