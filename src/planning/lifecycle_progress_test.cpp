#include "planning/lifecycle_progress.h"

#include <doctest/doctest.h>

namespace slipway::planning {
namespace {

using Ids = std::vector<std::string>;

model::Phase phase(std::string name, Ids environments, int minimum = 0, bool optional = false) {
  model::Phase p;
  p.Name = std::move(name);
  p.OptionalDeploymentTargets = std::move(environments);
  p.MinimumEnvironmentsBeforePromotion = minimum;
  p.IsOptionalPhase = optional;
  return p;
}

model::Lifecycle lifecycle(std::vector<model::Phase> phases) {
  model::Lifecycle l;
  l.Name = "Default";
  l.Phases = std::move(phases);
  return l;
}

ReleaseHistory history(std::set<std::string, std::less<>> reached = {}) {
  return {{"dev", "test", "stage", "prod"}, std::move(reached), std::nullopt, false};
}

TEST_CASE("LIF-2: a phase opens when all environments of the one before have succeeded") {
  const auto l = lifecycle({phase("Dev", {"dev", "test"}), phase("Prod", {"prod"})});
  CHECK(LifecycleProgress(l, history()).allowed() == Ids{"dev", "test"});
  CHECK(LifecycleProgress(l, history({"dev"})).allowed() == Ids{"dev", "test"});
  CHECK(LifecycleProgress(l, history({"dev", "test"})).allowed() == Ids{"dev", "test", "prod"});
}

TEST_CASE("LIF-2: a minimum of environments opens the next phase, and is never more than there are") {
  const auto l = lifecycle({phase("Dev", {"dev", "test"}, 1), phase("Stage", {"stage"}, 5), phase("Prod", {"prod"})});
  CHECK(LifecycleProgress(l, history({"test"})).allows("stage"));
  CHECK_FALSE(LifecycleProgress(l, history({"test"})).allows("prod"));
  CHECK(LifecycleProgress(l, history({"test", "stage"})).allows("prod"));
}

TEST_CASE("LIF-3: an opened phase stays open for another deployment") {
  const auto l = lifecycle({phase("Dev", {"dev"}), phase("Prod", {"prod"})});
  CHECK(LifecycleProgress(l, history({"dev", "prod"})).allows("dev"));
}

TEST_CASE("LIF-4: optional phases open the next one as soon as they are reached, several in a row too") {
  const auto l = lifecycle({phase("Dev", {"dev"}), phase("Test", {"test"}, 0, true), phase("Stage", {"stage"}, 0, true),
                            phase("Prod", {"prod"})});
  CHECK(LifecycleProgress(l, history()).allowed() == Ids{"dev"});
  CHECK(LifecycleProgress(l, history({"dev"})).allowed() == Ids{"dev", "test", "stage", "prod"});
}

TEST_CASE("LIF-5: automatic environments are due once all phases before theirs are complete, until they succeed") {
  auto l = lifecycle({phase("Dev", {}), phase("Test", {"stage"}), phase("Prod", {})});
  l.Phases[0].AutomaticDeploymentTargets = {"dev"};
  l.Phases[1].AutomaticDeploymentTargets = {"test"};
  l.Phases[2].AutomaticDeploymentTargets = {"prod"};
  CHECK(LifecycleProgress(l, history()).automatic() == Ids{"dev"});
  CHECK(LifecycleProgress(l, history({"dev"})).automatic() == Ids{"test"});
  CHECK(LifecycleProgress(l, history({"dev", "stage", "test"})).automatic() == Ids{"prod"});
  l.Phases[1].IsOptionalPhase = true;  // LIF-4: a person decides whether to skip it
  CHECK(LifecycleProgress(l, history({"dev"})).automatic() == Ids{"test"});
  CHECK(LifecycleProgress(l, history({"dev"})).allows("prod"));
  ReleaseHistory blocked = history({"dev"});
  blocked.blocked = true;
  CHECK(LifecycleProgress(l, blocked).automatic().empty());
}

TEST_CASE("LIF-7: a tenant progresses over its own environments, and phases with none of them are no hurdle") {
  const auto l = lifecycle({phase("Dev", {"dev"}), phase("Test", {"test"}), phase("Prod", {"stage", "prod"})});
  ReleaseHistory tenant = history();
  tenant.connected = {"test", "prod"};
  CHECK(LifecycleProgress(l, tenant).allowed() == Ids{"test"});
  tenant.reached = {"test"};
  CHECK(LifecycleProgress(l, tenant).allowed() == Ids{"test", "prod"});
  CHECK(LifecycleProgress(l, tenant).next() == Ids{"prod"});
}

TEST_CASE("LIF-9: a lifecycle without phases goes through the environments in their order") {
  const auto l = lifecycle({});
  CHECK(LifecycleProgress(l, history()).allowed() == Ids{"dev"});
  CHECK(LifecycleProgress(l, history({"dev", "test"})).allowed() == Ids{"dev", "test", "stage"});
}

TEST_CASE("LIF-9: an empty phase stands for every environment that no earlier phase names") {
  const auto l = lifecycle({phase("Dev", {"dev"}), phase("Rest", {})});
  CHECK(LifecycleProgress(l, history({"dev"})).allowed() == Ids{"dev", "test", "stage", "prod"});
}

TEST_CASE("BLK-2: a blocked release stays usable in its first phase and where it has succeeded") {
  const auto l = lifecycle({phase("Dev", {"dev"}), phase("Test", {"test", "stage"}, 1), phase("Prod", {"prod"})});
  ReleaseHistory blocked = history();
  blocked.blocked = true;
  CHECK(LifecycleProgress(l, blocked).allowed() == Ids{"dev"});
  blocked.reached = {"dev"};
  CHECK(LifecycleProgress(l, blocked).allowed() == Ids{"dev"});
  blocked.reached = {"dev", "stage"};
  CHECK(LifecycleProgress(l, blocked).allowed() == Ids{"dev", "test", "stage"});
}

TEST_CASE("The next environments are those of the current phase that are still missing") {
  const auto l = lifecycle({phase("Dev", {"dev"}), phase("Test", {"test", "stage"}), phase("Prod", {"prod"})});
  const LifecycleProgress progress(l, history({"dev", "test"}));
  CHECK(progress.next() == Ids{"stage"});
  CHECK(progress.next_required() == 1);
  REQUIRE(progress.phases().size() == 3);
  CHECK(progress.phases()[0].progress == Progress::Complete);
  CHECK(progress.phases()[1].progress == Progress::Current);
  CHECK(progress.phases()[2].progress == Progress::Pending);
}

TEST_CASE("A refusal names the phase that is in the way and what it needs") {
  const auto l = lifecycle({phase("Dev", {"dev"}), phase("Test", {"test"}), phase("Prod", {"prod"})});
  const auto name_of = [](std::string_view id) { return "the " + std::string(id); };
  CHECK(LifecycleProgress(l, history({"dev"})).refusal("prod", name_of) ==
        "phase 'Test' first needs 1 of 'the test' to succeed");
  CHECK(LifecycleProgress(l, history()).refusal("stage", name_of) == "it is in no phase of the lifecycle 'Default'");
  CHECK(LifecycleProgress(l, history()).refusal("dev", name_of) == std::nullopt);
}

}  // namespace
}  // namespace slipway::planning
