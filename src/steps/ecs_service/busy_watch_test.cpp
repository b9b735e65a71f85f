#include "steps/ecs_service/busy_watch.h"

#include <doctest/doctest.h>

#include "base/executor.h"
#include "cloud/fake_aws.h"

using namespace slipway;
using namespace slipway::steps;
using namespace slipway::steps::ecs;
using namespace std::chrono_literals;

namespace {

struct Fixture : aws::FakeAws {
  SimulatedExecutor executor{clock, random};
  aws::ServicePoller poller{executor, clock, random};
  BusyWatch watch{poller, client(), {"prod", "web", "ecs-svc/9", "web:9", from_micros(0), ""}, 10min};
  json::value state = watch.begin();

  static aws::ServiceObservation theirs(std::string rollout_state, int running = 1) {
    aws::ServiceObservation seen;
    seen.Found = true;
    seen.Status = "ACTIVE";
    seen.Deployments = {{"ecs-svc/9", "PRIMARY", "web:9", std::move(rollout_state), "", 2, running, 2 - running, 0}};
    return seen;
  }
  Watch::Progress look(const aws::ServiceObservation& seen) {
    auto progress = watch.next(state, json::to_json(seen));
    state = progress.state;
    return progress;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "somebody else's rollout is waited for until it is done, failed, or another's") {
  const auto under_way = look(theirs("IN_PROGRESS"));
  CHECK_FALSE(under_way.value);
  CHECK(under_way.lines.at(0).text == "ecs-svc/9, not ours: 1 of 2 tasks running, 1 pending.");
  CHECK(look(theirs("IN_PROGRESS")).lines.empty());
  CHECK(look(theirs("COMPLETED")).value);
  CHECK(look(theirs("FAILED")).value);
  auto another = theirs("IN_PROGRESS");
  another.Deployments[0].Id = "ecs-svc/10";
  CHECK(look(another).value);
  CHECK(look(aws::ServiceObservation{}).value);
}

TEST_CASE_FIXTURE(Fixture, "one whose tasks keep failing is told once, with what to do") {
  auto seen = theirs("IN_PROGRESS", 0);
  for (const auto* arn : {"arn:1", "arn:2", "arn:3"}) {
    seen.StoppedTasks.push_back({arn, "TaskFailedToStart", "no such image", {}, false});
  }
  CHECK(look(seen).lines.back().text ==
        "Tasks of ecs-svc/9 keep failing: no such image. To deploy over it, cancel and deploy again with "
        "Slipway.Ecs.WhenBusy set to Supersede.");
  CHECK(look(seen).lines.empty());
}

TEST_CASE_FIXTURE(Fixture, "a service that can't be looked at for too long is not waited for any longer") {
  aws::ServiceObservation blind;
  blind.At = from_micros(0) + 1h;
  blind.Error = "AccessDenied";
  blind.BlindSince = blind.At - 9min;
  const auto first = look(blind);
  CHECK(first.saw_nothing);
  CHECK(first.lines.size() == 1);
  CHECK_FALSE(first.value);
  blind.BlindSince = blind.At - 10min;
  const auto last = look(blind);
  CHECK(last.lines.empty());
  REQUIRE(last.value);
  CHECK(json::from_json<BusyEnd>(*last.value).Unobservable);
}
