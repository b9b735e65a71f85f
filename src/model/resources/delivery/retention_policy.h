// How long a space keeps what its lifecycles say nothing about: one document for each kind of thing.
#pragma once

#include <string_view>
#include <vector>

#include "model/schema.h"

namespace slipway::model {

inline const std::vector<std::string> kRetentionTypes{"LifecycleRelease", "LifecycleTentacle", "RunbookRetention"};

Schema retention_policy_schema();

}  // namespace slipway::model
