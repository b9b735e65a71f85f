// Tag sets: what tenants, environments and projects may be tagged with (TEN-6, TEN-7). Plain values.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "model/schema.h"

namespace slipway::model {

struct Tag {
  std::string Id, Name, CanonicalTagName;
};
BOOST_DESCRIBE_STRUCT(Tag, (), (Id, Name, CanonicalTagName))

/// Tags that tenants, environments and projects may carry, one set a question (TEN-6, TEN-7).
struct TagSet {
  static constexpr std::string_view type = "TagSet";
  std::string Id, SpaceId, Name, Description;
  std::string Type = "MultiSelect";  ///< or SingleSelect, FreeText
  std::vector<std::string> Scopes;
  std::vector<Tag> Tags;
};
BOOST_DESCRIBE_STRUCT(TagSet, (), (Id, SpaceId, Name, Description, Type, Scopes, Tags))

Schema tag_set_schema();

}  // namespace slipway::model
