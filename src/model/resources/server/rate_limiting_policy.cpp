#include "model/resources/server/rate_limiting_policy.h"

#include <fmt/format.h>

namespace slipway::model {
namespace {

/// Their names are in the order of their ids, in which clients expect them.
std::vector<json::object> built_in_policies() {
  struct Kind {
    std::string_view scope, name;
    std::int64_t requests;
  };
  constexpr Kind kinds[] = {{"Unauthenticated", "Anonymous requests", 60},
                            {"AuthenticatedHuman", "Requests of people", 1200},
                            {"AuthenticatedAgent", "Requests of programs", 6000}};
  std::vector<json::object> policies;
  for (const auto& [scope, name, requests] : kinds) {
    policies.push_back({{"Id", fmt::format("RateLimitingPolicies-{}", policies.size() + 1)},
                        {"Name", name},
                        {"ScopeType", scope},
                        {"RequestsPerMinute", requests},
                        {"BurstLimit", requests}});
  }
  return policies;
}

Changes policy_hook(const Edit& edit, const Lookup&, Problems& problems) {
  if (edit.is_deletion() || edit.user.empty()) return {};
  if (edit.before != nullptr && edit.before->at("Name") != edit.after->at("Name")) {
    problems.add("The name of a built-in rate limiting policy cannot be changed.");  // clients know the words
  }
  for (const char* name : {"RequestsPerMinute", "BurstLimit"}) {
    if (json::integer_at(*edit.after, name).value_or(0) < 1) problems.add(fmt::format("{} must be at least 1.", name));
  }
  return {};
}

}  // namespace

Schema rate_limiting_policy_schema() {
  return {
      .type = "RateLimitingPolicy",
      .collection = "ratelimitingpolicies",
      .id_prefix = "RateLimitingPolicies",
      .scope = Scope::system,
      .fields = {name_field(), flag("IsBuiltIn", true).server_set(), flag("IsEnabled"),
                 choice("ScopeType", {"Unauthenticated", "AuthenticatedHuman", "AuthenticatedAgent"}).server_set(),
                 integer("RequestsPerMinute").keeps(), integer("BurstLimit").keeps(), flag("AuditMode")},
      .built_in = built_in_policies(),
      .verbs = {.create = false, .remove = false},
      .list_template = "{?skip,take}",
      .link_name = "RateLimitingPolicies",
      .permissions = {"AdministerSystem", "AdministerSystem", "AdministerSystem", "AdministerSystem"},
      .hook = policy_hook,
      .no_effect = "No request is refused by these policies yet.",
  };
}

}  // namespace slipway::model
