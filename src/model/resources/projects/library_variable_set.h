// Library variable sets: variables and templates that several projects include. Plain values.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "model/resources/projects/variable_template.h"
#include "model/schema.h"

namespace slipway::model {

/// Variables that several projects include.
struct LibraryVariableSet {
  static constexpr std::string_view type = "LibraryVariableSet";
  std::string Id, SpaceId, Name, Description, ContentType, VariableSetId;
  std::vector<VariableTemplate> Templates;
};
BOOST_DESCRIBE_STRUCT(LibraryVariableSet, (), (Id, SpaceId, Name, Description, ContentType, VariableSetId, Templates))

Schema library_variable_set_schema();

}  // namespace slipway::model
