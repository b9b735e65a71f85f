#pragma once

#include <boost/describe.hpp>
#include <map>
#include <string>

#include "model/schema.h"
#include "model/values.h"

namespace slipway::model {

/// A tenant's values for the templates of its projects and their library variable sets (TEN-10). The document
/// "tenantvariables-Tenants-1" exists as long as the tenant; secrets in it are owned by it.
struct TenantVariables {
  static constexpr std::string_view type = "TenantVariables";
  std::string Id, SpaceId, TenantId;
  /// Project id → environment id → template id → value.
  std::map<std::string, std::map<std::string, std::map<std::string, Value>>> ProjectValues;
  /// Library variable set id → template id → value.
  std::map<std::string, std::map<std::string, Value>> LibraryValues;
};
BOOST_DESCRIBE_STRUCT(TenantVariables, (), (Id, SpaceId, TenantId, ProjectValues, LibraryValues))

Schema tenant_variables_schema();

}  // namespace slipway::model
