#include "planning/account_use.h"

#include <algorithm>

#include "planning/tenant_selection.h"

namespace slipway::planning {

bool may_use(const model::Account& account, const DeploymentContext& context) {
  const auto contains = [](const std::vector<std::string>& ids, const std::string& id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  };
  if (!account.EnvironmentIds.empty() && !contains(account.EnvironmentIds, context.environment.Id)) return false;
  if (account.TenantIds.empty() && account.TenantTags.empty()) return true;
  if (!context.tenant) return account.TenantedDeploymentParticipation == "TenantedOrUntenanted";
  return contains(account.TenantIds, context.tenant->Id) ||
         (!account.TenantTags.empty() && matches_tags(account.TenantTags, context.tenant->TenantTags));
}

}  // namespace slipway::planning
