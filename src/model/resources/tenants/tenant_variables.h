// Tenants' values for variable templates (TEN-10), and how they follow the templates. Plain values and pure functions.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <string>

#include "model/schema.h"
#include "model/values.h"

namespace slipway::model {

/// Environment id → template id → value.
struct ProjectValues {
  std::map<std::string, std::map<std::string, Value>> Variables;
};
BOOST_DESCRIBE_STRUCT(ProjectValues, (), (Variables))

/// Template id → value.
struct LibraryValues {
  std::map<std::string, Value> Variables;
};
BOOST_DESCRIBE_STRUCT(LibraryValues, (), (Variables))

/// A tenant's values for the templates of its projects and of the library variable sets that those include (TEN-10).
/// The document "tenantvariables-Tenants-1" exists as long as the tenant; secrets in it are owned by it.
struct TenantVariables {
  static constexpr std::string_view type = "TenantVariables";
  std::string Id, SpaceId, TenantId;
  std::map<std::string, ProjectValues> ProjectVariables;  ///< by project id
  std::map<std::string, LibraryValues> LibraryVariables;  ///< by library variable set id
};
BOOST_DESCRIBE_STRUCT(TenantVariables, (), (Id, SpaceId, TenantId, ProjectVariables, LibraryVariables))

/// The tenants' values for templates of `after` (a project or a library variable set) that ask for a secret now and did
/// not in `before`: written again, so that they become secrets. `member` holds the values, by the id of their owner.
Changes hide_values_of_new_secrets(const json::object& before, const json::object& after, std::string_view member,
                                   const Lookup&);

Schema tenant_variables_schema();

}  // namespace slipway::model
