#include "steps/ecs_service/rollout.h"

#include "steps/ecs_service/service_event.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace slipway;
using namespace slipway::steps::ecs;
using namespace std::chrono_literals;
using aws::DeploymentFacts;
using aws::ServiceObservation;

namespace {

constexpr auto before = "arn:td/web:1";
constexpr auto ours = "arn:td/web:2";

Expectation expectation(bool changed = true) {
  Expectation e;
  e.rollout = {changed ? "ecs-svc/2" : "ecs-svc/1", ours, "ecs-svc/1", before, from_micros(0), ""};
  e.digests = {{"web", "sha256:new"}};
  e.proof_timeout = 20s;
  return e;
}

DeploymentFacts deployment(std::string id, std::string status, std::string definition, std::string rollout, int running,
                           int pending = 0) {
  return {std::move(id), std::move(status), std::move(definition), std::move(rollout), "", 2, running, pending, 0};
}

ServiceObservation look(std::vector<DeploymentFacts> deployments, Time at = from_micros(1'000'000)) {
  ServiceObservation seen;
  seen.At = at;
  seen.Found = true;
  seen.Status = "ACTIVE";
  seen.Desired = 2;
  seen.Deployments = std::move(deployments);
  return seen;
}

aws::RunningTask task(std::string definition = ours, std::string digest = "sha256:new") {
  return {"arn:task", std::move(definition), {{"web", std::move(digest), "registry/web:1"}}};
}

ServiceObservation completed(std::vector<aws::RunningTask> tasks = {task(), task()}) {
  auto seen = look({deployment("ecs-svc/2", "PRIMARY", ours, "COMPLETED", 2)});
  seen.RunningTasks = std::move(tasks);
  return seen;
}

std::optional<Verdict> verdict_on(const ServiceObservation& seen, const Expectation& e = expectation()) {
  return judge(e, {}, seen).verdict;
}

/// The verdict after the same look again and again, as time passes.
std::optional<Verdict> verdict_in_time(ServiceObservation seen, const Expectation& e = expectation()) {
  RolloutState state;
  for (int i = 0; i < 30; ++i) {
    auto judgement = judge(e, state, seen);
    if (judgement.verdict) return judgement.verdict;
    state = judgement.state;
    seen.At += 1s;
  }
  return std::nullopt;
}

ServiceObservation with_service_deployment(ServiceObservation seen, std::string status, std::string reason = "") {
  seen.ServiceDeployment = aws::ServiceDeploymentFacts{"arn:sd", std::move(status), std::move(reason), ours, before};
  return seen;
}

}  // namespace

TEST_CASE("healthy is only our deployment, our revision, and running tasks with the frozen digest") {
  const auto verdict = verdict_on(completed());
  REQUIRE(verdict);
  CHECK(verdict->Ending == Ending::Healthy);
  CHECK(verdict->Digests.at("web") == "sha256:new");
  CHECK(verdict_in_time(completed({task(before), task()}))->Ending == Ending::Unprovable);
  CHECK(verdict_in_time(completed({task(ours, "sha256:moved"), task()}))->Reason ==
        "rollout not provable (container web runs sha256:moved instead of sha256:new)");
  CHECK(verdict_in_time(completed({task()}))->Reason == "rollout not provable (1 of 2 tasks run)");
}

TEST_CASE("a rollback by the circuit breaker is never healthy, whatever the counts say (ECS-9a)") {
  auto seen = look({deployment("ecs-svc/3", "PRIMARY", before, "COMPLETED", 2)});
  seen.RunningTasks = {task(before, "sha256:old"), task(before, "sha256:old")};
  CHECK(verdict_in_time(seen)->Ending == Ending::RolledBack);
  const auto verdict = verdict_on(with_service_deployment(seen, "ROLLBACK_SUCCESSFUL", "breaker"));
  CHECK(verdict->Ending == Ending::RolledBack);
  CHECK(verdict->By == before);
  CHECK_FALSE(verdict_on(with_service_deployment(seen, "ROLLBACK_IN_PROGRESS")));
  CHECK(verdict_on(with_service_deployment(seen, "ROLLBACK_FAILED"))->Ending == Ending::RollbackFailed);
}

TEST_CASE("without service deployments, a failed rollout with the old revision on top is a rollback under way") {
  auto seen = look({deployment("ecs-svc/3", "PRIMARY", before, "IN_PROGRESS", 1),
                    deployment("ecs-svc/2", "ACTIVE", ours, "FAILED", 0)});
  CHECK_FALSE(verdict_on(seen));
  seen.Deployments[0].RolloutState = "COMPLETED";
  CHECK(verdict_on(seen)->Ending == Ending::RolledBack);
}

TEST_CASE("a foreign update is told as superseded, with the deployment that did it") {
  auto seen = look({deployment("ecs-svc/9", "PRIMARY", "arn:td/web:9", "IN_PROGRESS", 0, 2),
                    deployment("ecs-svc/2", "ACTIVE", ours, "IN_PROGRESS", 1)});
  CHECK(verdict_on(seen)->By == "ecs-svc/9");
  CHECK_FALSE(verdict_on(with_service_deployment(seen, "IN_PROGRESS")));
  const auto verdict = verdict_on(with_service_deployment(seen, "STOPPED", "superseded"));
  CHECK(verdict->Ending == Ending::Superseded);
  CHECK(verdict->By == "ecs-svc/9");
}

TEST_CASE("a stale read that does not show our deployment yet is waited out") {
  const auto stale = look({deployment("ecs-svc/1", "PRIMARY", before, "COMPLETED", 2)});
  Judgement judgement;
  for (int i = 0; i < 10; ++i) {
    judgement = judge(expectation(), judgement.state, stale);
    CHECK_FALSE(judgement.verdict);
  }
  judgement = judge(expectation(), judgement.state, completed());
  CHECK(judgement.verdict->Ending == Ending::Healthy);
}

TEST_CASE("an update that made no deployment and runs nothing is not provable") {
  for (const auto& shown : {deployment("ecs-svc/1", "PRIMARY", ours, "", 0),
                            deployment("ecs-svc/1", "PRIMARY", before, "IN_PROGRESS", 0)}) {
    const auto verdict = verdict_in_time(look({shown}), expectation(false));
    CHECK(verdict->Ending == Ending::Unprovable);
    CHECK(verdict->Reason == "rollout not provable (deployment id unchanged, no tasks)");
  }
}

TEST_CASE("an update to what already runs is healthy at once (ECS-10)") {
  auto seen = look({deployment("ecs-svc/1", "PRIMARY", ours, "COMPLETED", 2)});
  seen.RunningTasks = {task(), task()};
  CHECK(verdict_on(seen, expectation(false))->Ending == Ending::Healthy);
}

TEST_CASE("a service that wants no tasks is deployed but said to be unexercised") {
  auto seen = completed({});
  seen.Desired = 0;
  const auto judgement = judge(expectation(), {}, seen);
  CHECK(judgement.verdict->Ending == Ending::Healthy);
  CHECK(judgement.lines.back().kind == steps::LineKind::Warning);
}

TEST_CASE("a deleted service is gone only after some looks in a row") {
  ServiceObservation seen;
  CHECK_FALSE(verdict_on(seen));
  CHECK(verdict_in_time(seen)->Ending == Ending::Gone);
}

TEST_CASE("reasons of stopped tasks are counted once a task, and events print once") {
  auto seen = look({deployment("ecs-svc/2", "PRIMARY", ours, "IN_PROGRESS", 0, 2)});
  seen.StoppedTasks = {{"arn:1", "TaskFailedToStart", "CannotPullContainerError: no such image", {}},
                       {"arn:2", "TaskFailedToStart", "CannotPullContainerError: no such image", {}},
                       {"arn:3", "EssentialContainerExited", "Essential container in task exited", {"web: exit 1"}}};
  seen.Events = {{"e1", from_micros(5), "(service web) has started 2 tasks"}};
  auto judgement = judge(expectation(), {}, seen);
  CHECK(judgement.lines.size() == 4);
  CHECK(judgement.lines[1].text == "A task of this deployment stopped: CannotPullContainerError: no such image (×2)");
  judgement = judge(expectation(), judgement.state, seen);
  CHECK(judgement.lines.empty());
  CHECK(findings(judgement.state).Stopped ==
        std::vector<Cause>{{"CannotPullContainerError: no such image", 2, "arn:2", false},
                           {"Essential container in task exited; web: exit 1", 1, "arn:3", false}});
}

TEST_CASE("a look that fails is told once and decides nothing") {
  ServiceObservation seen;
  seen.Error = "AccessDenied";
  auto judgement = judge(expectation(), {}, seen);
  CHECK(judgement.lines.size() == 1);
  CHECK(judge(expectation(), judgement.state, seen).lines.empty());
}

TEST_CASE("a rollout found again only in the history, without its id, is told by its revision") {
  Expectation e = expectation();
  e.rollout.Deployment = "";
  auto seen = look({deployment("ecs-svc/3", "PRIMARY", before, "COMPLETED", 2)});
  CHECK(verdict_on(with_service_deployment(seen, "ROLLBACK_SUCCESSFUL"), e)->Ending == Ending::RolledBack);
  CHECK(verdict_on(completed(), e)->Ending == Ending::Healthy);
}

TEST_CASE("events of one instant all print, each once") {
  auto seen = look({deployment("ecs-svc/2", "PRIMARY", ours, "IN_PROGRESS", 0)});
  seen.Events = {{"e9", from_micros(5), "has started 2 tasks"}, {"e1", from_micros(5), "has stopped 1 tasks"}};
  auto judgement = judge(expectation(), {}, seen);
  CHECK(judgement.lines.size() == 3);
  seen.Events.push_back({"e0", from_micros(5), "deployment completed"});
  judgement = judge(expectation(), judgement.state, seen);
  REQUIRE(judgement.lines.size() == 1);
  CHECK(judgement.lines[0].text == "ECS: deployment completed");
  CHECK(judge(expectation(), judgement.state, seen).lines.empty());
}

TEST_CASE("a trouble is told once, though every answer carries a request id of its own") {
  ServiceObservation seen;
  seen.Error = "AWS ECS DescribeServices failed: denied. (AWS request 0f6c2bb4-8b1e-4b1b-9d0e-0b6a6d1f2a3c)";
  auto judgement = judge(expectation(), {}, seen);
  REQUIRE(judgement.lines.size() == 1);
  CHECK(judgement.lines[0].text.find("0f6c2bb4") != std::string::npos);
  seen.Error = "AWS ECS DescribeServices failed: denied. (AWS request 77777777-8b1e-4b1b-9d0e-0b6a6d1f2a3c)";
  const auto again = judge(expectation(), judgement.state, seen);
  CHECK(again.lines.empty());
  CHECK(json::to_json(again.state) == json::to_json(judgement.state));
}

TEST_CASE("ids of requests and tasks are left out of what is compared, other words are not") {
  CHECK(without_ids("task 0123456789abcdef0123456789abcdef, request 0f6c2bb4-8b1e-4b1b-9d0e-0b6a6d1f2a3c.") ==
        "task …, request ….");
  const std::string digest = "sha256:" + std::string(64, 'a') + " for a-b of ecs-svc/1234567890123456789";
  CHECK(without_ids(digest) == digest);
}

TEST_CASE("a service that can't be looked at for too long ends as such, and nothing else does before") {
  ServiceObservation seen;
  seen.At = from_micros(0) + 2h;
  seen.Error = "AccessDenied";
  Expectation e = expectation();
  e.blind_timeout = 10min;
  CHECK_FALSE(verdict_on(seen, e));
  seen.BlindSince = seen.At - 9min;
  CHECK_FALSE(verdict_on(seen, e));
  seen.BlindSince = seen.At - 10min;
  CHECK(verdict_on(seen, e)->Ending == Ending::Unobservable);
  CHECK(verdict_on(seen, e)->Reason == "AccessDenied");
}

TEST_CASE("another rollout of our revision proves nothing for a deployment that is still in progress") {
  auto seen = look({deployment("ecs-svc/2", "PRIMARY", ours, "IN_PROGRESS", 0, 2),
                    deployment("ecs-svc/1", "ACTIVE", ours, "COMPLETED", 2)});
  seen.RunningTasks = {task(), task()};
  CHECK_FALSE(verdict_in_time(with_service_deployment(seen, "SUCCESSFUL")));
  CHECK_FALSE(verdict_in_time(with_service_deployment(seen, "STOPPED")));
  seen.Deployments[0].RolloutState = "FAILED";
  CHECK(verdict_on(with_service_deployment(seen, "SUCCESSFUL"))->Ending == Ending::Stopped);
}

TEST_CASE("the time without proof begins anew when the rollout turns out to be at work") {
  auto short_of_one = completed({task()});
  auto at_work = look({deployment("ecs-svc/2", "PRIMARY", ours, "IN_PROGRESS", 1, 1)});
  RolloutState state;
  for (int i = 0; i < 10; ++i) {
    short_of_one.At += 15s;
    auto judgement = judge(expectation(), state, short_of_one);
    CHECK_FALSE(judgement.verdict);
    judgement = judge(expectation(), judgement.state, at_work);
    CHECK_FALSE(judgement.state.UnprovenSince);
    state = judgement.state;
    state.Desired.reset();
  }
}

TEST_CASE("looks without the service or our deployment count only in a row") {
  const auto there = look({deployment("ecs-svc/2", "PRIMARY", ours, "IN_PROGRESS", 1, 1)});
  const auto without_ours = look({deployment("ecs-svc/9", "PRIMARY", "arn:td/web:9", "IN_PROGRESS", 1)});
  RolloutState state;
  for (int i = 0; i < 10; ++i) {
    for (const auto& seen : {ServiceObservation{}, ServiceObservation{}, without_ours, without_ours, there}) {
      const auto judgement = judge(expectation(), state, seen);
      CHECK_FALSE(judgement.verdict);
      state = judgement.state;
    }
  }
}

TEST_CASE("a service none of whose deployments is PRIMARY is waited for, then not provable") {
  const auto seen = look({deployment("ecs-svc/2", "ACTIVE", ours, "IN_PROGRESS", 1)});
  CHECK_FALSE(verdict_on(seen));
  CHECK(verdict_in_time(seen)->Ending == Ending::Unprovable);
}

TEST_CASE("reasons of stopped tasks are told apart without ids, and only so many") {
  RolloutState state;
  for (int i = 0; i < 100; ++i) {
    auto seen = look({deployment("ecs-svc/2", "PRIMARY", ours, "IN_PROGRESS", 0)});
    seen.CircuitBreaker = true;
    const std::string id = fmt::format("{:032x}", i);
    seen.StoppedTasks = {{"arn:a" + id, "TaskFailedToStart", fmt::format("no network for task {}", id), {}},
                         {"arn:b" + id, "TaskFailedToStart", fmt::format("reason {}", i), {}}};
    state = judge(expectation(), state, seen).state;
  }
  const auto stopped = findings(state).Stopped;
  CHECK(stopped.size() == 21);
  CHECK(stopped[0].Text == "no network for task …");
  CHECK(stopped[0].Times == 100);
  CHECK(stopped[1].Text == "for other reasons");
  CHECK(stopped[1].Times == 81);
}

TEST_CASE("an image named by the frozen digest is that image, whatever digest its platform's manifest has") {
  auto multi_arch = task(ours, "sha256:manifest");
  multi_arch.Containers[0].Image = "registry/web@sha256:new";
  CHECK(verdict_on(completed({multi_arch, multi_arch}))->Ending == Ending::Healthy);
  multi_arch.Containers[0].Image = "registry/web:1";
  CHECK_FALSE(verdict_on(completed({multi_arch, multi_arch})));
}

TEST_CASE("after an early success, tasks of the old deployment are waited for as long as it has any") {
  auto seen = completed({task(), task(), task(before, "sha256:old")});
  seen.Deployments.push_back(deployment("ecs-svc/1", "ACTIVE", before, "COMPLETED", 1));
  CHECK_FALSE(verdict_in_time(with_service_deployment(seen, "SUCCESSFUL")));
  CHECK(verdict_on(with_service_deployment(completed(), "SUCCESSFUL"))->Ending == Ending::Healthy);
}

TEST_CASE("tasks that autoscaling asks for after the end are not waited for") {
  const auto at_work = look({deployment("ecs-svc/2", "PRIMARY", ours, "IN_PROGRESS", 1, 1)});
  auto scaled_out = completed();
  scaled_out.Desired = 5;
  CHECK(judge(expectation(), judge(expectation(), {}, at_work).state, scaled_out).verdict->Ending == Ending::Healthy);
  auto short_of_one = completed({task()});
  CHECK_FALSE(judge(expectation(), judge(expectation(), {}, at_work).state, short_of_one).verdict);
}

TEST_CASE("tasks that fail in a row end a rollout that ECS would try for ever (ECS-9d)") {
  auto seen = look({deployment("ecs-svc/2", "PRIMARY", ours, "IN_PROGRESS", 0, 2)});
  seen.StoppedTasks = {{"arn:1", "TaskFailedToStart", "no such image", {}},
                       {"arn:2", "TaskFailedToStart", "no such image", {}}};
  const auto two = judge(expectation(), {}, seen);
  CHECK_FALSE(two.verdict);
  auto progress = look({deployment("ecs-svc/2", "PRIMARY", ours, "IN_PROGRESS", 1, 1)});
  const auto after_progress = judge(expectation(), two.state, progress);
  seen.StoppedTasks.push_back({"arn:3", "EssentialContainerExited", "exited", {}});
  CHECK(judge(expectation(), two.state, seen).verdict->Ending == Ending::NoProgress);
  CHECK_FALSE(judge(expectation(), after_progress.state, seen).verdict);
  Expectation never = expectation();
  never.most_failed_tasks = 0;
  CHECK_FALSE(judge(never, two.state, seen).verdict);
}

namespace {

/// `count` more tasks of ours have stopped, each a task of its own.
aws::ServiceObservation with_stopped(aws::ServiceObservation seen, int count, const aws::StoppedTask& like) {
  for (int i = 0; i < count; ++i) {
    seen.StoppedTasks.push_back(like);
    seen.StoppedTasks.back().Arn = fmt::format("arn:task/{:032x}", i);
  }
  return seen;
}

const aws::StoppedTask exits{
    "", "EssentialContainerExited", "Essential container in task exited", {"web: exit 137"}, true};
const aws::StoppedTask cannot_start{"", "TaskFailedToStart", "CannotPullContainerError: no such image", {}, false};
const aws::StoppedTask fails_check{
    "", "ServiceSchedulerInitiated", "Task failed container health checks", {"web: exit 137"}, true};

ServiceObservation at_work(int running = 0, bool breaker = true) {
  auto seen = look({deployment("ecs-svc/2", "PRIMARY", ours, "IN_PROGRESS", running, 2 - running),
                    deployment("ecs-svc/1", "ACTIVE", before, "COMPLETED", 2)});
  seen.CircuitBreaker = breaker;
  return seen;
}

}  // namespace

TEST_CASE("with a circuit breaker only failures that it does not count are judged, by an explicit limit too") {
  for (const bool is_explicit : {false, true}) {
    Expectation e = expectation();
    if (is_explicit) e.most_failed_tasks = 3;
    const auto blind = judge(e, {}, with_stopped(at_work(), 3, exits));
    REQUIRE(blind.verdict);
    CHECK(blind.verdict->Ending == Ending::NoProgress);
    CHECK(blind.verdict->Findings.BreakerIsBlind);
    CHECK(blind.verdict->Findings.Stopped.front().Text == "Essential container in task exited; web: exit 137");
    CHECK_FALSE(judge(e, {}, with_stopped(at_work(), 2, exits)).verdict);
    CHECK_FALSE(judge(e, {}, with_stopped(at_work(), 20, cannot_start)).verdict);
    CHECK_FALSE(judge(e, {}, with_stopped(at_work(), 20, fails_check)).verdict);
  }
}

TEST_CASE("a breaker counts what can't start only until the first task has run") {
  auto after_one_ran = judge(expectation(), {}, at_work(1)).state;
  CHECK(judge(expectation(), after_one_ran, with_stopped(at_work(), 3, cannot_start)).verdict);
}

TEST_CASE("a breaker that has tripped is left to turn back by itself") {
  auto seen = with_stopped(at_work(), 5, exits);
  CHECK_FALSE(judge(expectation(), {}, with_service_deployment(seen, "ROLLBACK_IN_PROGRESS")).verdict);
}

TEST_CASE("tasks that a person, the spot market or a lack of capacity ends are told, but are no failures") {
  for (const std::string code : {"UserInitiated", "SpotInterruption", "TerminationNotice"}) {
    const auto judgement = judge(expectation(), {}, with_stopped(at_work(1, false), 50, {"", code, "why", {}, true}));
    CHECK_FALSE(judgement.verdict);
    CHECK(judgement.state.FailedTasks == 0);
    CHECK(judgement.lines[0].text == "A task was interrupted: why (×50)");
  }
  const auto no_room = judge(
      expectation(), {}, with_stopped(at_work(0, false), 50, {"", "TaskFailedToStart", "RESOURCE:MEMORY", {}, false}));
  CHECK_FALSE(no_room.verdict);
  CHECK(no_room.state.Problem == "RESOURCE:MEMORY");
}

TEST_CASE("a crash loop of hundreds of tasks logs few lines") {
  RolloutState state;
  std::size_t lines = 0;
  Expectation e = expectation();
  e.most_failed_tasks = 0;
  for (int look = 0; look < 500; ++look) {
    auto seen = at_work(look % 3 == 0 ? 1 : 0);
    seen.At = from_micros(0) + look * 5s;
    seen.StoppedTasks = {exits};
    seen.StoppedTasks[0].Arn = fmt::format("arn:task/{:032x}", look);
    seen.Events = {
        {fmt::format("e{}", look), seen.At, fmt::format("(service web) has started 1 tasks: (task {:032x}).", look)}};
    const auto judgement = judge(e, state, seen);
    CHECK_FALSE(judgement.verdict);
    state = judgement.state;
    lines += judgement.lines.size();
  }
  CHECK(lines < 60);
  CHECK(findings(state).Stopped.front().Times == 500);
}

TEST_CASE("a log has a bound also where every line is another") {
  RolloutState state;
  std::size_t lines = 0;
  for (int i = 0; i < 2000; ++i) {
    auto seen = at_work(1);
    seen.Events = {{fmt::format("e{}", i), from_micros(i), fmt::format("(service web) trouble number {}", i)}};
    const auto judgement = judge(expectation(), state, seen);
    state = judgement.state;
    lines += judgement.lines.size();
  }
  CHECK(lines < 250);
  CHECK(state.Problems.size() <= 21);
}

TEST_CASE("what ECS says of a problem is a warning and kept as evidence; what belongs to every rollout is not") {
  auto seen = at_work();
  seen.Events = {{"e1", from_micros(1), "(service web) has started 1 tasks: (task a)."},
                 {"e2", from_micros(2),
                  "(service web) was unable to place a task because no container instance met all "
                  "of its requirements."}};
  const auto judgement = judge(expectation(), {}, seen);
  CHECK(judgement.lines[0].kind == steps::LineKind::Verbose);
  CHECK(judgement.lines[1].kind == steps::LineKind::Warning);
  CHECK(judgement.state.Problem.starts_with("was unable to place a task"));
  CHECK(findings(judgement.state).Problems.size() == 1);
  CHECK(judge(expectation(), judgement.state, at_work(1)).state.Problem.empty());
}

TEST_CASE("a problem stays the cause while tasks that were started before it come up, and is none once more are") {
  auto seen = look({deployment("ecs-svc/2", "PRIMARY", ours, "IN_PROGRESS", 0, 1)});
  seen.Events = {{"e1", from_micros(1), "(service web) was unable to place a task because of ports."},
                 {"e2", from_micros(2), "(service web) is unable to consistently start tasks successfully."}};
  auto judgement = judge(expectation(), {}, seen);
  CHECK(judgement.state.Problem == "was unable to place a task because of ports.");
  judgement = judge(expectation(), judgement.state, look({deployment("ecs-svc/2", "PRIMARY", ours, "IN_PROGRESS", 1)}));
  CHECK(judgement.state.Problem == "was unable to place a task because of ports.");
  CHECK(judge(expectation(), judgement.state, at_work(2)).state.Problem.empty());
}

TEST_CASE("capacity that comes late is waited for, and the log says what for, ever more rarely") {
  auto seen = at_work();
  seen.Events = {{"e", from_micros(1), "(service web) was unable to place a task."}};
  RolloutState state;
  std::vector<std::string> waits;
  for (int i = 0; i < 200; ++i) {
    const auto judgement = judge(expectation(), state, seen);
    REQUIRE_FALSE(judgement.verdict);
    for (const auto& line : judgement.lines) {
      if (line.kind == steps::LineKind::Wait) waits.push_back(line.text);
    }
    state = judgement.state;
    seen.At += 5s;
  }
  REQUIRE(waits.size() == 5);  // after 1, 2, 4, 8 and 16 minutes
  CHECK(waits[1] ==
        "No progress for 2 minutes: 0 of 2 tasks running, 2 pending. ECS said last: was unable to place a task.");
}

TEST_CASE("events of the rollout before are not ours, by their time, their deployment, and what our update saw") {
  Expectation e = expectation();
  e.rollout.Since = from_micros(10'000'000);
  auto seen = at_work();
  seen.Events = {{"old", from_micros(9'999'000), "(service web) has stopped 1 running tasks."},
                 {"theirs", from_micros(10'000'000), "(service web) (deployment ecs-svc/1) deployment completed."},
                 {"ours", from_micros(10'001'000), "(service web) has started 2 tasks."}};
  const auto judgement = judge(e, {}, seen);
  CHECK(judgement.lines[0].text == "ECS: has started 2 tasks.");
}

namespace {

/// One task, of which 100% must run and 150% may: one.
ServiceObservation deadlocked() {
  auto seen = look({deployment("ecs-svc/2", "PRIMARY", ours, "IN_PROGRESS", 0, 0),
                    deployment("ecs-svc/1", "ACTIVE", before, "COMPLETED", 1)});
  seen.Desired = 1;
  seen.MinimumHealthyPercent = 100;
  seen.MaximumPercent = 150;
  return seen;
}

/// How long the same look is judged until there is a verdict; with it.
std::pair<Duration, std::optional<Verdict>> judged_after(ServiceObservation seen, const Expectation& e) {
  RolloutState state;
  for (Duration past{0}; past < 40min; past += 5s, seen.At += 5s) {
    auto judgement = judge(e, state, seen);
    if (judgement.verdict) return {past, judgement.verdict};
    state = judgement.state;
  }
  return {40min, std::nullopt};
}

}  // namespace

TEST_CASE("a configuration that lets ECS neither start nor stop a task ends the rollout within a minute or so") {
  const auto [after, verdict] = judged_after(deadlocked(), expectation());
  REQUIRE(verdict);
  CHECK(after == 1min);
  CHECK(verdict->Ending == Ending::Stuck);
  CHECK(verdict->Reason ==
        "The service's deployment configuration lets ECS neither start nor stop a task: of 1 tasks at least 100% (1) "
        "must run, and at most 150% (1) may. Lower the minimum healthy percent, or raise the maximum percent.");
  auto way_out = deadlocked();
  way_out.MaximumPercent = 200;
  CHECK_FALSE(judged_after(way_out, expectation()).second);
}

TEST_CASE("the arithmetic of rollouts is stuck exactly where AWS's is") {
  struct Case {
    int desired, minimum, maximum;
    bool stuck;
  };
  for (const auto& [desired, minimum, maximum, stuck] :
       {Case{1, 100, 200, false}, Case{1, 100, 100, true}, Case{3, 100, 125, true}, Case{2, 75, 100, true},
        Case{4, 50, 100, false}, Case{1, 0, 100, false}, Case{1, 100, 150, true}, Case{10, 100, 110, false}}) {
    CAPTURE(desired);
    auto seen = deadlocked();
    seen.Desired = desired;
    seen.Deployments[1].Running = desired;
    seen.MinimumHealthyPercent = minimum;
    seen.MaximumPercent = maximum;
    CHECK(judged_after(seen, expectation()).second.has_value() == stuck);
  }
}

TEST_CASE("a way back that can't start for the reason that held up the rollout ends at once, not after half an hour") {
  Expectation back = expectation();
  back.is_way_back = true;
  CHECK(judged_after(deadlocked(), back).first == 15s);
  back.known_problem = "was unable to place a task.";
  auto no_room = at_work();
  no_room.Deployments[0].Pending = 0;
  const auto [after, verdict] = judged_after(no_room, back);
  REQUIRE(verdict);
  CHECK(after == 15s);
  CHECK(verdict->Reason == "was unable to place a task.");
  CHECK_FALSE(judged_after(at_work(), back).second);  // its tasks are pending
  back.known_problem.clear();
  CHECK_FALSE(judged_after(no_room, back).second);
}

TEST_CASE("what runs is told by revision") {
  const auto runs = findings(judge(expectation(), {}, at_work(1)).state).Runs;
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].TaskDefinition == ours);
  CHECK(runs[0].Tasks == 1);
  CHECK(runs[1].Tasks == 2);
}
