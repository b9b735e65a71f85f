// Channels: kinds of release of a project, and which versions each takes (CHN-1 ff). Plain values.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "model/resources/projects/project.h"
#include "model/schema.h"

namespace slipway::model {

/// Which versions of which packages a channel takes (CHN-3).
struct ChannelRule {
  std::string Id;
  std::vector<ActionPackage> ActionPackages;
  std::optional<std::string> VersionRange;  ///< interval; blank = any
  std::optional<std::string> Tag;           ///< regular expression for the pre-release part; blank = any
};
BOOST_DESCRIBE_STRUCT(ChannelRule, (), (Id, ActionPackages, VersionRange, Tag))

struct CustomFieldDefinition {
  std::string FieldName, Description;
};
BOOST_DESCRIBE_STRUCT(CustomFieldDefinition, (), (FieldName, Description))

/// A kind of release of a project, such as stable or beta (CHN-1 ff).
struct Channel {
  static constexpr std::string_view type = "Channel";
  std::string Id, SpaceId, ProjectId, Name, Slug, Description;
  std::optional<std::string> LifecycleId;  ///< none = the project's
  bool IsDefault = false;
  std::vector<ChannelRule> Rules;
  std::vector<std::string> TenantTags;
  std::vector<CustomFieldDefinition> CustomFieldDefinitions;
};
BOOST_DESCRIBE_STRUCT(Channel, (),
                      (Id, SpaceId, ProjectId, Name, Slug, Description, LifecycleId, IsDefault, Rules, TenantTags,
                       CustomFieldDefinitions))

Schema channel_schema();

}  // namespace slipway::model
