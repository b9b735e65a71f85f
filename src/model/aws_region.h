// AWS regions that documents name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/schema.h"

namespace slipway::model {

/// Why nothing can be reached in that region, as far as this server knows: "'eu-wset-1' is no AWS region that …". AWS
/// opens new ones, so it is warned of, not refused. nullopt for a known one, a blank, and what holds an expression.
std::optional<std::string> why_doubtful_region(std::string_view region);

/// What a document shows of it: made when it is read, never stored.
Field warnings_field();
/// The document with a warning if its `Region` is doubtful; for Schema::present.
json::object with_region_warning(json::object document, const Lookup&);

}  // namespace slipway::model
