#include "planning/tenant_selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/error.h"
#include "base/text.h"

namespace slipway::planning {
namespace {

std::string_view tag_set_of(std::string_view canonical_tag) { return canonical_tag.substr(0, canonical_tag.find('/')); }

/// Finds tenants by id, slug or name, in that order of precedence.
class TenantIndex {
 public:
  explicit TenantIndex(const std::vector<model::Tenant>& tenants) {
    for (const model::Tenant& tenant : tenants) by_name_.emplace(fold_name(tenant.Id), &tenant);
    for (const model::Tenant& tenant : tenants) by_name_.emplace(fold_name(tenant.Slug), &tenant);
    for (const model::Tenant& tenant : tenants) by_name_.emplace(fold_name(tenant.Name), &tenant);
  }
  const model::Tenant* find(std::string_view name) const {
    const auto found = by_name_.find(fold_name(name));
    return found == by_name_.end() ? nullptr : found->second;
  }

 private:
  std::unordered_map<std::string, const model::Tenant*> by_name_;
};

[[noreturn]] void fail_nobody_left(const std::vector<SkippedTenant>& skipped) {
  std::vector<std::string> reasons;
  for (const SkippedTenant& tenant : skipped) reasons.push_back(fmt::format("{}: {}.", tenant.name, tenant.reason));
  if (reasons.empty()) reasons.push_back("No connected tenant matches the given names and tags.");
  throw Error(ErrorCode::invalid, "There is no tenant to deploy to.", std::move(reasons));
}

}  // namespace

bool matches_tags(const std::vector<std::string>& query, const std::vector<std::string>& tenant_tags) {
  std::map<std::string, bool> satisfied;  // by folded tag set
  for (const std::string& tag : query) {
    bool& hit = satisfied[fold_name(tag_set_of(tag))];
    hit = hit || std::any_of(tenant_tags.begin(), tenant_tags.end(),
                             [&](const std::string& own) { return fold_name(own) == fold_name(tag); });
  }
  return !satisfied.empty() &&
         std::all_of(satisfied.begin(), satisfied.end(), [](const auto& set) { return set.second; });
}

const std::vector<std::string>* connected_environments(const model::Tenant& tenant, std::string_view project) {
  const auto found = tenant.ProjectEnvironments.find(std::string(project));
  return found == tenant.ProjectEnvironments.end() ? nullptr : &found->second;
}

TenantSelection select_tenants(const TenantQuery& query, const std::vector<model::Tenant>& tenants,
                               std::string_view project, const TenantObstacle& obstacle) {
  const TenantIndex index(tenants);
  Problems problems;
  bool everyone = false;
  std::set<const model::Tenant*> named;
  for (const std::string& name : query.names) {
    if (trim(name) == "*") {
      everyone = true;
    } else if (const model::Tenant* tenant = index.find(name)) {
      named.insert(tenant);
    } else {
      problems.add(fmt::format("There is no tenant named '{}' in this space.", name));
    }
  }

  TenantSelection selection;
  for (const model::Tenant& tenant : tenants) {
    const bool by_name = named.contains(&tenant);
    const bool connected = connected_environments(tenant, project) != nullptr;
    const bool matched = connected && (everyone || matches_tags(query.tags, tenant.TenantTags));
    if (!by_name && !matched) continue;
    const auto reason = connected ? obstacle(tenant) : std::optional<std::string>("it is not connected to the project");
    if (!reason) {
      selection.chosen.push_back(&tenant);
    } else if (by_name) {
      problems.add(fmt::format("The release can't be deployed to the tenant '{}': {}.", tenant.Name, *reason));
    } else {
      selection.skipped.push_back({tenant.Id, tenant.Name, *reason});
    }
  }
  problems.throw_if_any();
  if (selection.chosen.empty()) fail_nobody_left(selection.skipped);
  return selection;
}

}  // namespace slipway::planning
