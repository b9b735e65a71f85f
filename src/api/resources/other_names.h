// Names that existing scripts know built-in documents by, beside their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "storage/database.h"
#include "storage/resources.h"

namespace slipway::api {

/// The id of the document of that type that is also known as `name`, in any case.
std::optional<std::string> known_as(std::string_view type, std::string_view name);
/// Lets the filter's names find what is also known by them.
void admit_other_names(storage::Reader&, storage::ResourceFilter&);

}  // namespace slipway::api
