// Row counts of the longest lists, kept by the transactions that change them.
#pragma once

#include <string_view>

#include "storage/database.h"

namespace slipway::storage {

/// Counts `by` rows more (or less) of `list` in `space`.
void count_in(Txn&, std::string_view list, std::string_view space, std::int64_t by);
/// How many there are; in all spaces when `space` is "".
std::int64_t tally(Reader&, std::string_view list, std::string_view space);

}  // namespace slipway::storage
