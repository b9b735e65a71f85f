#include "planning/package_selection.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "language/templates/budget_testing.h"
#include "planning/release_variables.h"

namespace slipway::planning {
namespace {

using Texts = std::vector<std::string>;

model::Action action(std::string name, Texts packages) {
  model::Action a;
  a.Id = "id-" + name;
  a.Name = std::move(name);
  for (std::string& package : packages) {
    model::PackageReference reference;
    reference.PackageId = std::move(package);
    reference.FeedId = "Feeds-1";
    a.Packages.push_back(std::move(reference));
  }
  return a;
}

model::DeploymentProcess process(std::vector<model::Action> actions) {
  model::DeploymentProcess p;
  for (model::Action& a : actions) {
    model::Step step;
    step.Name = a.Name;
    step.Actions.push_back(std::move(a));
    p.Steps.push_back(std::move(step));
  }
  return p;
}

model::Channel stable() {
  model::Channel channel;
  channel.Id = "Channels-1";
  channel.Name = "Stable";
  channel.Rules = {{"Rules-1", {{"web", ""}}, "[1.0,2.0)", "^$"}};
  return channel;
}

TEST_CASE("PKG-1, CHN-8: packages of disabled steps and of steps for other channels are not needed") {
  model::Action disabled = action("Old", {"old"});
  disabled.IsDisabled = true;
  model::Action other = action("Beta", {"beta"});
  other.Channels = {"Channels-2"};
  const auto needs = packages_needed(process({disabled, other, action("Web", {"web", "side"})}), stable(), as_written);
  REQUIRE(needs.size() == 2);
  CHECK(needs[0].package_id == "web");
  CHECK(needs[0].rule);
}

TEST_CASE("PKG-5: ids of variables that are known are replaced, others are not resolvable yet") {
  model::Variable known;
  known.Name = "Team";
  known.Value = "shop";
  model::Variable scoped;
  scoped.Name = "Region";
  scoped.Value = "eu";
  scoped.Scope["Environment"] = {"Environments-1"};
  model::Variable in_channel;
  in_channel.Name = "Image";
  in_channel.Value = "web";
  in_channel.Scope["Channel"] = {"Channels-1"};
  model::VariableSet set;
  set.Variables = {known, scoped, in_channel};
  language::Budget budget(language::kTextLimits, language::time_of_this_thread);
  const auto resolve = resolver(variables_at_creation(set, stable()), budget);
  const auto needs =
      packages_needed(process({action("Web", {"#{Team}/#{Image}", "#{Region}/web"})}), stable(), resolve);
  CHECK(needs[0].package_id == "shop/web");
  CHECK(needs[0].is_resolvable);
  CHECK(needs[1].package_id == "#{Region}/web");
  CHECK_FALSE(needs[1].is_resolvable);
}

TEST_CASE("PKG-2: a fixed version beats a spec, a spec beats a selection, and that the default version") {
  PackageNeed need = packages_needed(process({action("Web", {"web"})}), stable(), as_written).at(0);
  PackageWishes wishes;
  CHECK(settled_version(need, wishes) == std::nullopt);
  wishes.default_version = "1.0";
  CHECK(settled_version(need, wishes) == "1.0");
  wishes.selected = {{"web", "", "", "1.1", "", "", "", ""}};
  CHECK(settled_version(need, wishes) == "1.1");
  wishes.specs = parse_package_specs({"*:1.2"});
  CHECK(settled_version(need, wishes) == "1.2");
  need.fixed_version = "1.3";
  CHECK(settled_version(need, wishes) == "1.3");
}

TEST_CASE("CHN-3: a version outside of the rule is told with what it misses") {
  const PackageNeed need = packages_needed(process({action("Web", {"web"})}), stable(), as_written).at(0);
  CHECK(rule_violation(need, "Docker", "1.5", language::fresh_budget()) == std::nullopt);
  CHECK(rule_violation(need, "Docker", "2.1", language::fresh_budget())
            ->find("outside of the channel's version range '[1.0,2.0)'") != std::string::npos);
  CHECK(rule_violation(need, "Docker", "1.5-beta", language::fresh_budget())->find("pre-release tag '^$'") !=
        std::string::npos);
  CHECK(rule_violation(need, "Docker", "99999999999", language::fresh_budget())
            ->find("outside of the channel's version range") != std::string::npos);
  CHECK(rule_violation(need, "Docker", "1.0/2", language::fresh_budget())->find("it is no version") !=
        std::string::npos);
}

TEST_CASE("PKG-6: the caller's pre-release tag replaces the channel's") {
  const PackageNeed need = packages_needed(process({action("Web", {"web"})}), stable(), as_written).at(0);
  CHECK(newest_filter(need, "Docker", "").tag == "^$");
  CHECK(newest_filter(need, "Docker", "^beta").tag == "^beta");
  CHECK(newest_filter(need, "Docker", "^beta").range == "[1.0,2.0)");
}

TEST_CASE("A spec that means no package of any channel is refused by its text, with what there is") {
  model::Action other = action("Beta", {"#{Repo}"});
  other.Channels = {"Channels-2"};
  PackageWishes wishes;
  const Resolve resolve = [](std::string_view text) {
    return std::optional(text == "#{Repo}" ? std::string("shop/web") : std::string(text));
  };
  const auto refusal = [&](const char* spec, const model::DeploymentProcess& with) -> std::string {
    wishes.specs = parse_package_specs({spec, "*:2.0"});
    try {
      check_wishes_mean_something(with, wishes, resolve);
      return "";
    } catch (const Error& error) {
      return error.details().at(0);
    }
  };
  for (const char* spec : {"Beta:1.0", "shop/web:1.0", "#{Repo}:1.0"}) CHECK(refusal(spec, process({other})) == "");
  CHECK(refusal("shop/wbe:1.0", process({other})) ==
        "The package 'shop/wbe:1.0' names no step, package id or package reference of the process, which has "
        "'shop/web' of step 'Beta' (written '#{Repo}'). Did you mean \"shop/web\"?");
  CHECK(refusal("x:1.0", process({action("Notify", {})})) ==
        "The package 'x:1.0' names no step, package id or package reference of the process, which has step 'Notify' "
        "without packages.");
}

TEST_CASE("A version for a step or package reference that the process has not is refused, with what there is") {
  model::Action web = action("Web", {"shop/web", "shop/log"});
  web.Packages[1].Name = "log";
  const auto refusal = [&](const char* step, const char* reference) -> std::string {
    PackageWishes wishes;
    wishes.selected = {{step, "", reference, "1.0", "", "", "", ""}};
    try {
      check_wishes_mean_something(process({web}), wishes, as_written);
      return "";
    } catch (const Error& error) {
      return error.details().at(0);
    }
  };
  CHECK(refusal("Web", "") == "");
  CHECK(refusal("web", "LOG") == "");
  CHECK(refusal("Wbe", "") ==
        "SelectedPackages[0] names the package without a name of step 'Wbe', which the process does not have: it has "
        "'shop/web' of step 'Web', 'shop/log' (log) of step 'Web'. Did you mean \"Web\"?");
  CHECK(refusal("Web", "lgo").ends_with("Did you mean \"log\"?"));
  CHECK(refusal("", "").find("which the process does not have") != std::string::npos);
}

TEST_CASE("PKG-5: a package is asked for by its id as it is and as it is written") {
  const Resolve resolve = [](std::string_view) { return std::optional<std::string>("shop/web"); };
  const PackageNeed need = packages_needed(process({action("Web", {"#{Repo}"})}), stable(), resolve).at(0);
  for (const char* spec : {"shop/web:1.0.0", "#{Repo}:1.0.0", "Web:1.0.0"}) {
    CHECK(asked_version(parse_package_specs({spec}), need.name()) == "1.0.0");
  }
}

}  // namespace
}  // namespace slipway::planning
