#include "engine/deployment_inputs.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/error.h"
#include "base/random.h"
#include "engine/lost.h"
#include "language/filters/filters.h"
#include "language/masking/masking.h"
#include "storage/database_testing.h"
#include "storage/ids.h"

using namespace slipway;
using namespace slipway::engine;

namespace {

struct Fixture {
  storage::testing::SimulatedSqlite database;
  storage::testing::QuietLog quiet;
  SeededRandom random{1};
  storage::Ids ids;
  storage::Vault vault{storage::MasterKey(Secret(std::string(32, 'k'))), random, ids, quiet.log()};

  std::unique_ptr<const ResolvedScope> scope(const planning::StepResults& results) {
    planning::DeploymentVariables variables;
    variables.add_system("Ring", "canary");
    planning::add_results(variables, results);
    return database->read([&](storage::Reader& reader) {
      return std::make_unique<const ResolvedScope>(variables, language::ScopeContext(), reader, vault, Time());
    });
  }
  bool holds(const std::string& condition, const planning::StepResults& results = {}) {
    return scope(results)->is_true(condition);
  }
};

}  // namespace

TEST_CASE("PRC-6: a run condition is what it evaluates to; what is undefined is not true") {
  Fixture f;
  CHECK(f.holds("#{if Ring == \"canary\"}yes#{/if}"));
  CHECK_FALSE(f.holds("#{if Ring == \"stable\"}yes#{/if}"));
  CHECK_FALSE(f.holds("#{Missing}"));
  CHECK_FALSE(f.holds("#{Octopus.Deployment.Error}"));
  CHECK(f.holds("#{Octopus.Deployment.Error}", {{}, "The cluster is gone."}));
  CHECK_FALSE(f.holds("#{unless Octopus.Deployment.Error}yes#{/unless}", {{}, "The cluster is gone."}));
}

TEST_CASE("PRC-6: a run condition that can't be evaluated is an error that quotes it") {
  Fixture f;
  CHECK_THROWS_WITH_AS(f.holds("#{if Ring"), doctest::Contains("The run condition \"#{if Ring\" can't be evaluated"),
                       Error);
}

TEST_CASE("PRC-6: what is wrong with a run condition is told without the secrets in it") {
  Fixture f;
  planning::StepResults results{{{"step", {{"Pattern", "hunter2(["}}}}, "", {{"step", "Pattern"}}};
  const auto wrong = [&] {
    f.holds("#{if Octopus.Action[step].Output.Pattern | Match \"hunter2([\"}yes#{/if hunter2([}", results);
  };
  try {
    wrong();
  } catch (const Error& error) {
    CHECK(error.full_text().find("hunter2") == std::string::npos);
    CHECK(error.full_text().find("********") != std::string::npos);
  }
}

TEST_CASE("an output that holds a secret is masked in the steps after it") {
  Fixture f;
  const planning::StepResults results{
      {{"step", {{"Url", "https://u:hunter2@db"}, {"Plain", "public"}}}}, "", {{"step", "Url"}}};
  CHECK(f.scope(results)->mask("see https://u:hunter2@db, public") == "see ********, public");
}

TEST_CASE("VAR-6: what a text makes of a secret by any filter is masked from then on, and told to be secret") {
  Fixture f;
  const std::string secret = "Hunter2/correct+horse 12.5";
  std::size_t tried = 0;
  for (const language::FilterEntry& filter : language::all_filters()) {
    const auto scope = f.scope({{{"step", {{"Password", secret}}}}, "", {{"step", "Password"}}});
    for (const char* option : {"", " 4", " e E", " -more-", " AbsoluteUri"}) {
      std::string value;
      try {
        value = scope->evaluate(fmt::format("#{{Octopus.Action[step].Output.Password | {}{}}}", filter.name, option));
      } catch (const Error&) {
        continue;
      }
      if (filter.is_test || value.size() < language::kShortestSecret) continue;
      ++tried;
      CAPTURE(filter.name);
      CAPTURE(value);
      CHECK(scope->mask(value).find_first_not_of("*\n") == std::string::npos);
      CHECK(scope->mask("<" + value + ">").front() == '<');
    }
  }
  MESSAGE("filters with a secret: " << tried << " results");
  CHECK(tried > language::all_filters().size() / 2);
}

TEST_CASE("VAR-6: a sensitive variable that is written with others is masked as it comes out") {
  Fixture f;
  const auto scope = f.scope({{{"step", {{"Url", "https://u:hunter2@#{Ring}"}}}}, "", {{"step", "Url"}}});
  CHECK(scope->get("Octopus.Action[step].Output.Url") == "https://u:hunter2@canary");
  CHECK(scope->mask("see https://u:hunter2@canary") == "see ********");
}

TEST_CASE("inputs whose records can't be read now are asked again, and end no task") {
  int tries = 0;
  Fixture f;
  const DeploymentInputs inputs({}, [&]() -> std::unique_ptr<const ResolvedScope> {
    if (++tries == 1) throw storage::StorageError(storage::Trouble::busy, "locking protocol");
    return f.scope({});
  });
  CHECK_THROWS_AS(inputs.mask("text"), Lost);
  CHECK(inputs.mask("text") == "text");
  CHECK(inputs.evaluate("#{Ring}") == "canary");
}

TEST_CASE("inputs whose variables can't be resolved say why each time, and let no text through") {
  int tries = 0;
  const DeploymentInputs inputs({}, [&]() -> std::unique_ptr<const ResolvedScope> {
    ++tries;
    fail_not_found("The environment 'Environments-1' was not found.");
  });
  CHECK_THROWS_AS(inputs.evaluate("#{Ring}"), Error);
  CHECK_THROWS_AS(inputs.variable("Ring"), Error);
  CHECK(inputs.mask("The environment 'Environments-1' was not found.") ==
        "The environment 'Environments-1' was not found.");
  CHECK(inputs.mask("the password is hunter2").find("hunter2") == std::string::npos);
  CHECK(inputs.mask("the password is hunter2").find("'Environments-1' was not found") != std::string::npos);
  CHECK(tries == 1);
}

TEST_CASE("VAR-9: a missing system variable is told as such, and others with what to do") {
  Fixture f;
  const auto scope = f.scope({});
  CHECK_THROWS_WITH_AS(
      scope->evaluate("#{Octopus.Release.Nubmer} #{Region}"),
      "No value in this scope for #{Region}. Give the variable a value for this environment and tenant. "
      "There is no system variable 'Octopus.Release.Nubmer'. Did you mean \"Octopus.Release.Number\"?",
      Error);
  CHECK_THROWS_WITH_AS(scope->evaluate("#{Octopus.Deployment.Tenant.Name | ToUpper}"),
                       "The system variable 'Octopus.Deployment.Tenant.Name' has no value, since the deployment is "
                       "untenanted.",
                       Error);
}

TEST_CASE("A filter that there is not, and a block without an end, are told as such") {
  Fixture f;
  const auto scope = f.scope({});
  CHECK_THROWS_WITH_AS(scope->evaluate("#{Ring | ToUper}"),
                       "#{Ring | ToUper} has the filter ToUper, which there is not. Did you mean \"toupper\"?", Error);
  CHECK_THROWS_WITH_AS(scope->evaluate("#{Ring | ToLower | Sha3 }"),
                       "#{Ring | ToLower | Sha3} has the filter Sha3, which there is not. Did you mean \"sha1\"?",
                       Error);
  CHECK_THROWS_WITH_AS(scope->evaluate("#{if Ring}x"), "#{if Ring} can't be evaluated. Does it end with #{/if}?",
                       Error);
  CHECK_THROWS_WITH_AS(scope->evaluate("#{Rimg | Replace \"a|b\" \"c\"}"),
                       "No value in this scope for #{Rimg | Replace \"a|b\" \"c\"}. Give the variable a value for this "
                       "environment and tenant.",
                       Error);
}

TEST_CASE("PKG-5: an image whose repository was unknown when the release was made is named when it is deployed") {
  Fixture f;
  steps::ActionSpec action;
  action.packages.push_back({"", "registry.test/#{Ring}/web:1.0", "1.0", ""});
  const DeploymentInputs inputs(action, [&] { return f.scope({}); });
  CHECK(inputs.action().packages.at(0).image == "registry.test/canary/web:1.0");
}
