// Project groups: shelves that projects stand on. Plain values.
#pragma once

#include <boost/describe.hpp>
#include <string>

#include "model/schema.h"

namespace slipway::model {

/// A shelf of projects.
struct ProjectGroup {
  static constexpr std::string_view type = "ProjectGroup";
  std::string Id, SpaceId, Name, Slug, Description;
};
BOOST_DESCRIBE_STRUCT(ProjectGroup, (), (Id, SpaceId, Name, Slug, Description))

Schema project_group_schema();

}  // namespace slipway::model
