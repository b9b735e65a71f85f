// Rows by their keys, many in one statement: a list that shows what its rows refer to asks once for a page of them
// instead of once for each.
#pragma once

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "storage/database.h"

namespace slipway::storage {

/// For the text of a statement: `WHERE number IN (KEYS_OF_A_BATCH)`.
#define KEYS_OF_A_BATCH                                                                                            \
  "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24," \
  " ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32"
inline constexpr std::size_t kKeysOfABatch = 32;

/// The rows with these keys, in any order, each once: `query` has KEYS_OF_A_BATCH as its parameters. A key without a
/// row is passed over.
template <class F>
auto rows_of(Reader& reader, const Query& query, std::vector<Parameter> keys, F map) {
  std::vector<std::invoke_result_t<F, const Row&>> rows;
  for (std::size_t first = 0; first < keys.size(); first += kKeysOfABatch) {
    std::vector<Parameter> batch(kKeysOfABatch, keys[first]);  // the first fills the places that are left
    const auto amount = std::min(kKeysOfABatch, keys.size() - first);
    std::copy_n(keys.begin() + static_cast<std::ptrdiff_t>(first), amount, batch.begin());
    for (auto& row : reader.all(query, batch, map)) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace slipway::storage
