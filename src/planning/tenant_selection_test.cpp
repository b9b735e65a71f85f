#include "planning/tenant_selection.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace slipway::planning {
namespace {

using Texts = std::vector<std::string>;

model::Tenant tenant(int number, std::string name, Texts tags, bool connected = true) {
  model::Tenant t;
  t.Id = "Tenants-" + std::to_string(number);
  t.Name = std::move(name);
  t.Slug = "slug-" + std::to_string(number);
  t.TenantTags = std::move(tags);
  if (connected) t.ProjectEnvironments["Projects-1"] = {"Environments-1"};
  return t;
}

const std::vector<model::Tenant> tenants = {
    tenant(1, "Fern", {"Ring/A", "Region/IN"}),
    tenant(2, "Bolt", {"Ring/A"}),
    tenant(3, "Cord", {"Ring/B", "Region/IN"}),
    tenant(4, "Dune", {"Ring/A", "Region/IN"}, false),
};

std::optional<std::string> bolt_is_not_ready(const model::Tenant& t) {
  return t.Name == "Bolt" ? std::optional<std::string>("phase 'Test' is not open") : std::nullopt;
}

Texts chosen(const TenantQuery& query) {
  Texts names;
  for (const model::Tenant* t : select_tenants(query, tenants, "Projects-1", bolt_is_not_ready).chosen) {
    names.push_back(t->Name);
  }
  return names;
}

Texts refused(const TenantQuery& query) {
  try {
    select_tenants(query, tenants, "Projects-1", bolt_is_not_ready);
  } catch (const Error& error) {
    return error.details();
  }
  return {};
}

TEST_CASE("TEN-6: tags of one set are alternatives, tag sets must all be met") {
  CHECK(matches_tags({"Ring/A", "Ring/B", "Region/IN"}, {"Ring/A", "Region/IN"}));
  CHECK_FALSE(matches_tags({"Ring/A", "Ring/B", "Region/IN"}, {"Ring/A"}));
  CHECK(matches_tags({"ring/a"}, {"Ring/A"}));
  CHECK_FALSE(matches_tags({}, {"Ring/A"}));
}

TEST_CASE("TEN-4: tenants are chosen by name, slug, id, tag, or all at once") {
  CHECK(chosen({{"fern", "SLUG-3"}, {}}) == Texts{"Fern", "Cord"});
  CHECK(chosen({{"Tenants-1", "Fern"}, {}}) == Texts{"Fern"});
  CHECK(chosen({{}, {"Region/IN"}}) == Texts{"Fern", "Cord"});
  CHECK(chosen({{"Fern"}, {"Ring/B"}}) == Texts{"Fern", "Cord"});
  CHECK(chosen({{"*"}, {}}) == Texts{"Fern", "Cord"});
}

TEST_CASE("TEN-4: tenants that were not named but can't have the release are left out with the reason") {
  const auto selection = select_tenants({{"*"}, {}}, tenants, "Projects-1", bolt_is_not_ready);
  REQUIRE(selection.skipped.size() == 1);
  CHECK(selection.skipped[0].name == "Bolt");
  CHECK(selection.skipped[0].reason == "phase 'Test' is not open");
}

TEST_CASE("TEN-4: a named tenant that is unknown, not connected or not ready fails the whole call") {
  CHECK(refused({{"Fern", "Bolt", "Dune", "Echo"}, {}}) ==
        Texts{"There is no tenant named 'Echo' in this space.",
              "The release can't be deployed to the tenant 'Bolt': phase 'Test' is not open.",
              "The release can't be deployed to the tenant 'Dune': it is not connected to the project."});
}

TEST_CASE("TEN-4: a call that leaves nobody says why") {
  CHECK(refused({{}, {"Ring/C"}}) == Texts{"No connected tenant matches the given names and tags."});
  const std::vector<model::Tenant> only_bolt = {tenants[1]};
  CHECK_THROWS_AS(select_tenants({{"*"}, {}}, only_bolt, "Projects-1", bolt_is_not_ready), Error);
}

}  // namespace
}  // namespace slipway::planning
