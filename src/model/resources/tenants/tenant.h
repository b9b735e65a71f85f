// Tenants: clients that get deployments of their own, and the projects that each takes in which environments. Plain
// values.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <string>
#include <vector>

#include "model/schema.h"

namespace slipway::model {

/// A client that gets deployments of its own.
struct Tenant {
  static constexpr std::string_view type = "Tenant";
  std::string Id, SpaceId, Name, Slug, Description;
  std::vector<std::string> TenantTags;                                  ///< "Set/Tag"
  std::map<std::string, std::vector<std::string>> ProjectEnvironments;  ///< project id → environment ids (TEN-2)
  bool IsDisabled = false;
};
BOOST_DESCRIBE_STRUCT(Tenant, (), (Id, SpaceId, Name, Slug, Description, TenantTags, ProjectEnvironments, IsDisabled))

Schema tenant_schema();

}  // namespace slipway::model
