#include "model/missing_values.h"

#include <doctest/doctest.h>

#include "model/memory_lookup.h"

using namespace slipway;
using namespace slipway::model;

TEST_CASE("TEN-12: a template without default and value is missing, once an environment or once a tenant") {
  testing::MemoryLookup lookup;
  const auto add = [&](const char* type, const char* text) { lookup.add(type, json::parse(text).as_object()); };
  add("Project",
      R"({"Id":"P","IncludedLibraryVariableSetIds":["L"],"Templates":[{"Id":"a","Name":"A","DefaultValue":""},)"
      R"({"Id":"d","Name":"D","DefaultValue":"x"},{"Id":"s","Name":"S","DefaultValue":{"HasValue":true,"$secret":"Secrets-1"}}]})");
  add("LibraryVariableSet", R"({"Id":"L","Name":"Common","Templates":[{"Id":"c","Name":"C","DefaultValue":""}]})");
  add("TenantVariables",
      R"({"Id":"tenantvariables-T","ProjectVariables":{"P":{"Variables":{"E1":{"a":"v"},"E2":{"a":" "}}}}})");
  Tenant tenant;
  tenant.Id = "T";
  tenant.ProjectEnvironments = {{"P", {"E1", "E2"}}};
  const auto missing = MissingValues(lookup).of(tenant);
  REQUIRE(missing.size() == 2);
  CHECK(missing[0].template_name == "A");
  CHECK(missing[0].environment == "E2");
  CHECK(missing[1].template_name == "C");
  CHECK(missing[1].variable_set == "L");
  CHECK(MissingValues(lookup).of(tenant, "P", "E2").size() == 2);
  const auto in_first = MissingValues(lookup).of(tenant, "P", "E1");
  REQUIRE(in_first.size() == 1);
  CHECK(in_first[0].template_name == "C");
  CHECK(in_first[0].variable_set_name == "Common");
}
