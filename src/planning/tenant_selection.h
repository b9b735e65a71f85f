// Which tenants a deployment call means, and which of them can have it now (TEN-4, TEN-6). Pure; threads: any.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/resources/tenants/tenant.h"

namespace slipway::planning {

/// Tag query (TEN-6): within one tag set any of the tags, across sets all of them. Canonical `Set/Tag`, case ignored.
/// An empty query matches nobody; callers decide what an absent restriction means.
bool matches_tags(const std::vector<std::string>& query, const std::vector<std::string>& tenant_tags);

struct TenantQuery {
  std::vector<std::string> names;  ///< names, slugs or ids; "*" = every connected tenant that can have it now
  std::vector<std::string> tags;
  bool empty() const { return names.empty() && tags.empty(); }
};

struct SkippedTenant {
  std::string id;
  std::string name;
  std::string reason;  ///< the second half of a sentence
};

struct TenantSelection {
  std::vector<const model::Tenant*> chosen;  ///< in the order of `tenants`, each once
  std::vector<SkippedTenant> skipped;        ///< matched by tag or `*` only, but not deployable now
};

/// The environments of a project that a tenant is connected to; null pointer when it isn't connected to the project.
const std::vector<std::string>* connected_environments(const model::Tenant&, std::string_view project);

/// Why a tenant can't have the release now, as the second half of a sentence; nullopt when it can.
using TenantObstacle = std::function<std::optional<std::string>(const model::Tenant&)>;

/// `tenants` are all of the space. Named ones must exist, be connected to the project and be deployable: throws
/// Error{invalid} naming each that is not. Also throws when nobody is left.
TenantSelection select_tenants(const TenantQuery&, const std::vector<model::Tenant>& tenants, std::string_view project,
                               const TenantObstacle& obstacle);

}  // namespace slipway::planning
