// How often documents of each type have been written. Whoever keeps something in memory that follows from all documents
// of some types asks for their generation in the snapshot that it answers from: the same number means the same
// documents, whichever node wrote them. (What follows from one document goes by its revision, resources.h.)
#pragma once

#include <array>
#include <string_view>

#include "storage/database.h"

namespace slipway::storage {

/// One more write of a document of that type; resources.h calls it.
void count_generation(Txn&, std::string_view type);
/// Of three types together.
std::int64_t generation_of(Reader&, const std::array<std::string_view, 3>& types);

}  // namespace slipway::storage
