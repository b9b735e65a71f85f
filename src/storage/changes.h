// The table of changes: what each commit changed, numbered in the order of commit, for whoever reads on from where they
// were: browsers that were away, and other nodes. Bounded: the oldest go in slices.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "storage/database.h"

namespace slipway::storage {

/// At least so many are kept, and at most a slice more.
inline constexpr std::int64_t kKeptChanges = 20'000;
inline constexpr std::int64_t kChangeSlice = 1'000;

/// For a database's own use, as the last thing in a transaction: gives the changes their numbers and stores them.
void store_changes(Txn&, std::vector<Change>&);

/// Which numbers can be read on from: `oldest` … `newest`. Both are 0 before the first change.
struct ChangeSpan {
  std::int64_t oldest = 0;  ///< the greatest number that nothing is known of any more
  std::int64_t newest = 0;
};
ChangeSpan change_span(Reader&);
/// Those with a greater number, in order, at most `limit`; nullopt when some of them are gone already, or `after` was
/// never given: then only reading everything anew helps.
std::optional<std::vector<Change>> changes_after(Reader&, std::int64_t after, std::int64_t limit);

/// For a database that was restored: numbers that readers have seen would be given a second time, for something else.
/// So all are forgotten, and the next is greater than any that can have been given.
void skip_changes(Txn&, Time now);

}  // namespace slipway::storage
