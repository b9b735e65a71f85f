// By what schema the columns beside a type's documents, and their references, were last made.
#pragma once

#include <optional>
#include <string_view>

#include "model/upgrade.h"
#include "storage/database.h"

namespace slipway::storage {

std::optional<model::Form> lifted_by(Reader&, std::string_view type);
void set_lifted_by(Txn&, std::string_view type, const model::Form&);

}  // namespace slipway::storage
