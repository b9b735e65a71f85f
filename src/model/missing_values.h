// Which values tenants still owe the templates of their projects (TEN-10, TEN-12).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/lookup.h"
#include "model/resources/projects/project.h"
#include "model/resources/projects/variable_template.h"
#include "model/resources/tenants/tenant.h"
#include "model/resources/tenants/tenant_variables.h"

namespace slipway::model {

struct MissingValue {
  std::string template_id, template_name;
  std::string project, environment;             ///< for a template of a project
  std::string variable_set, variable_set_name;  ///< for a template of a library variable set
};

/// Reads each project and library set once, however many tenants are asked about. Lives no longer than its lookup.
class MissingValues {
 public:
  explicit MissingValues(const Lookup& lookup) : lookup_(lookup) {}
  /// Templates without a default and without a value (blank is missing), for every connected project and environment.
  std::vector<MissingValue> of(const Tenant&);
  /// Those of one project, with its library sets, in one environment.
  std::vector<MissingValue> of(const Tenant&, const std::string& project, const std::string& environment);

 private:
  /// A project or a library set.
  struct Asking {
    std::string name;
    std::vector<VariableTemplate> templates;  ///< those without a default
    std::vector<std::string> libraries;
  };
  void add_project(std::vector<MissingValue>&, const TenantVariables&, const std::string& project,
                   const std::string& environment);
  void add_library(std::vector<MissingValue>&, const TenantVariables&, const std::string& library);
  bool asks_nothing(const std::string& project);
  const Asking& project(const std::string& id);
  const Asking& library(const std::string& id);

  const Lookup& lookup_;
  std::map<std::string, Asking> projects_, libraries_;
};

}  // namespace slipway::model
