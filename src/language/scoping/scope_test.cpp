#include "language/scoping/scope.h"

#include <doctest/doctest.h>

using namespace slipway::language;

namespace {

Variable variable(std::string id, std::string value, Scope scope = {},
                  VariableSource source = VariableSource::project) {
  Variable v;
  v.id = std::move(id);
  v.name = "Url";
  v.value = std::move(value);
  v.scope = std::move(scope);
  v.source = source;
  return v;
}

ScopeContext production() {
  ScopeContext context;
  context.environment = "Environments-1";
  context.tenant = "Tenants-1";
  context.tenant_tags = {"Ring/Early"};
  context.channel = "Channels-1";
  context.process_owner = "Projects-1";
  context.machine = "Machines-1";
  context.machine_roles = {"web", "eu"};
  context.target_roles = {"web"};
  context.action = "Step 1";
  return context;
}

std::string winner(std::vector<Variable> variables, const ScopeContext& context = production()) {
  const VariableCatalog catalog(std::move(variables));
  const auto resolved = catalog.resolve(context);
  return resolved.winners().empty() ? "none" : resolved.winners().front()->value.value_or("null");
}

const Scope environment{{ScopeKind::environment, {"Environments-1"}}};
const Scope tenant{{ScopeKind::tenant, {"Tenants-1"}}};
const Scope tag{{ScopeKind::tenant_tag, {"Ring/Early"}}};
const Scope role{{ScopeKind::role, {"eu"}}};
const Scope targeted_role{{ScopeKind::role, {"web"}}};
const Scope action{{ScopeKind::action, {"Step 1"}}};
const Scope machine{{ScopeKind::machine, {"Machines-1"}}};
const Scope channel{{ScopeKind::channel, {"Channels-1"}}};
const Scope process{{ScopeKind::process_owner, {"Projects-1"}}};

Scope both(Scope a, const Scope& b) {
  a.insert(b.begin(), b.end());
  return a;
}

}  // namespace

TEST_CASE("the more specific kind of scope wins, down the whole ladder") {
  const std::vector<Scope> ladder = {action, machine,     targeted_role, role,    tenant,
                                     tag,    environment, channel,       process, {}};
  for (std::size_t i = 0; i + 1 < ladder.size(); ++i) {
    CHECK(winner({variable("V-1", "low", ladder[i + 1]), variable("V-2", "high", ladder[i])}) == "high");
  }
}

TEST_CASE("ranks of several kinds add up") {
  CHECK(winner({variable("V-1", "tenant", tenant), variable("V-2", "tag+env", both(tag, environment))}) == "tag+env");
  CHECK(winner({variable("V-1", "env", environment), variable("V-2", "channel+process", both(channel, process))}) ==
        "env");
  CHECK(winner({variable("V-1", "role", role), variable("V-2", "others", both(both(environment, channel), tag))}) ==
        "role");
  CHECK(winner({variable("V-1", "role", role), variable("V-2", "role+env", both(role, environment))}) == "role+env");
}

TEST_CASE("every kind of a scope must match, any id of a kind suffices, and case does not matter") {
  const Scope any{{ScopeKind::environment, {"Environments-9", "environments-1"}}};
  const Scope wrong_channel = both(environment, {{ScopeKind::channel, {"Channels-2"}}});
  CHECK(winner({variable("V-1", "any", any)}) == "any");
  CHECK(winner({variable("V-1", "wrong", wrong_channel)}) == "none");
}

TEST_CASE("a kind that the context lacks matches nothing") {
  ScopeContext runbook = production();
  runbook.channel.reset();
  runbook.machine.reset();
  runbook.machine_roles.clear();
  CHECK(winner({variable("V-1", "channel", channel)}, runbook) == "none");
  CHECK(winner({variable("V-1", "role", role), variable("V-2", "all")}, runbook) == "all");
}

TEST_CASE("system values beat all, prompted values beat scoped ones, outputs give way to defined variables") {
  const auto prompted = variable("V-2", "prompted", {}, VariableSource::prompted);
  const auto narrow = variable("V-1", "narrow", both(both(action, machine), targeted_role));
  CHECK(winner({narrow, prompted}) == "prompted");
  CHECK(winner({prompted, variable("V-3", "system", {}, VariableSource::system), narrow}) == "system");
  CHECK(winner({variable("V-4", "output", machine, VariableSource::output), variable("V-1", "project")}) == "project");
  CHECK(winner({variable("V-4", "any", {}, VariableSource::output),
                variable("V-5", "mine", machine, VariableSource::output)}) == "mine");
}

TEST_CASE("a tie between project and library set goes to the project without a warning") {
  const VariableCatalog catalog(
      {variable("A", "library", environment, VariableSource::library), variable("B", "project", environment)});
  const auto resolved = catalog.resolve(production());
  CHECK(resolved.winners().front()->value == "project");
  CHECK(resolved.warnings().empty());
}

TEST_CASE("VAR-2: a true tie goes to what was defined first, whatever its id, and warns with both") {
  for (const bool swapped : {false, true}) {
    std::vector<Variable> variables = {variable("V-1", "one", environment), variable("V-2", "two", environment)};
    if (swapped) std::swap(variables[0], variables[1]);
    const VariableCatalog catalog(variables);
    const auto resolved = catalog.resolve(production());
    CHECK(resolved.winners().front()->value == (swapped ? "two" : "one"));
    REQUIRE(resolved.warnings().size() == 1);
    const std::string& warning = resolved.warnings()[0];
    for (const char* part : {"'Url' has two equally specific values", "V-1", "V-2"}) {
      CHECK(warning.find(part) != std::string::npos);
    }
  }
}

TEST_CASE("an explanation names the winner, each loser and why") {
  const Scope test{{ScopeKind::environment, {"Environments-2"}}};
  const VariableCatalog catalog({variable("V-1", "default"), variable("V-2", "prod", environment),
                                 variable("V-3", "test", test), variable("V-4", "prod too", environment)});
  const Explanation why = catalog.explain("URL", production());
  REQUIRE(why.candidates.size() == 4);
  CHECK(why.winner->id == "V-2");
  CHECK(why.candidates[0].reason == "wins with Environment Environments-1");
  CHECK(why.candidates[1].reason.find("V-2 was defined before V-4") != std::string::npos);
  CHECK(why.candidates[2].reason ==
        "project with no scope is less specific than project with Environment Environments-1");
  CHECK_FALSE(why.candidates[3].applies);
  CHECK(why.candidates[3].reason == "needs Environment Environments-2, and here it is Environments-1");
  CHECK(why.warning.has_value());
  CHECK(catalog.explain("Missing", production()).winner == nullptr);
}

TEST_CASE("names ignore case and keep the order of their first definition") {
  auto second = variable("V-2", "b", environment);
  second.name = "URL";
  auto other = variable("V-3", "c");
  other.name = "Port";
  const VariableCatalog catalog({variable("V-1", "a"), other, second});
  const VariableSet set = catalog.resolve(production()).to_variable_set();
  REQUIRE(set.size() == 2);
  CHECK(set.begin()->value == "b");
  CHECK(set.raw("port") == "c");
}

TEST_CASE("an account variable expands into the properties of its type alone") {
  Variable account = variable("V-1", "Accounts-7", environment);
  account.name = "Aws";
  account.type = "AmazonWebServicesAccount";
  const auto expanded = expand_typed_variable(
      account, {{"AccessKey", "AKIA", false}, {"secretkey", "s3cret", false}, {"Notes", "x", false}});
  REQUIRE(expanded.size() == 3);
  CHECK(expanded[0].value == "Accounts-7");
  CHECK(expanded[1].name == "Aws.AccessKey");
  CHECK_FALSE(expanded[1].is_sensitive);
  CHECK(expanded[2].name == "Aws.SecretKey");
  CHECK(expanded[2].is_sensitive);
  CHECK(expanded[2].scope == environment);
}
