// Environments (OBJ-3): what a release is deployed to, and in which order environments are shown. Plain values.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "model/schema.h"

namespace slipway::model {

/// A stage that releases pass through (OBJ-3).
struct Environment {
  static constexpr std::string_view type = "Environment";
  std::string Id, SpaceId, Name, Slug, Description;
  std::int64_t SortOrder = 0;
  bool UseGuidedFailure = false;
  std::vector<std::string> EnvironmentTags;
};
BOOST_DESCRIBE_STRUCT(Environment, (),
                      (Id, SpaceId, Name, Slug, Description, SortOrder, UseGuidedFailure, EnvironmentTags))

Schema environment_schema();

}  // namespace slipway::model
