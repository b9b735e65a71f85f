#include "steps/ecs_service/ecs_service_step.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/cluster_reader.h"
#include "cloud/sts.h"
#include "steps/ecs_service/busy_watch.h"
#include "steps/ecs_service/ending.h"
#include "steps/ecs_service/failure_message.h"
#include "steps/ecs_service/inputs.h"
#include "steps/ecs_service/rollout_watch.h"
#include "steps/ecs_service/service.h"
#include "steps/ecs_service/service_checks.h"
#include "steps/ecs_service/service_event.h"

namespace slipway::steps {
namespace {

using namespace ecs;

/// Who the step acts as, as journaled.
struct Account {
  std::string Number;
  std::string Arn;
};
BOOST_DESCRIBE_STRUCT(Account, (), (Number, Arn))

/// What a successful deployment keeps as its proof.
struct Evidence {
  std::string Account, Region, Cluster, Service;
  std::string Deployment, ServiceDeployment, TaskDefinition, PreviousTaskDefinition;
  std::map<std::string, std::string> Digests;
};
BOOST_DESCRIBE_STRUCT(Evidence, (),
                      (Account, Region, Cluster, Service, Deployment, ServiceDeployment, TaskDefinition,
                       PreviousTaskDefinition, Digests))

// How long a rollback that we ask for may take before we stop watching it.
constexpr Duration kRollbackLimit = std::chrono::minutes(30);
// Our clock and AWS's may differ: what is a little older than our update may still belong to it. By AWS's own clock
// nothing is.
constexpr Duration kClockSlack = std::chrono::seconds(5);
// Beyond this AWS refuses our signatures.
constexpr Duration kMostSkew = std::chrono::minutes(5);
// A wait that sees nothing lasts as long as the rollout may, within these. In an account with many rollouts a look may
// have to wait for its turn for minutes.
constexpr Duration kLeastBlindTimeout = std::chrono::minutes(5);
constexpr Duration kMostBlindTimeout = std::chrono::minutes(30);
// For the looks that it takes until a proof is overdue.
constexpr Duration kProofSlack = std::chrono::minutes(1);

// Others may begin one rollout after the other.
constexpr int kMostWaitsForOthers = 5;
// A revision is registered just before it is rolled out, unless AWS's limits come between.
constexpr Duration kRegisteredBefore = std::chrono::minutes(10);
// A service that has never come up is not waited for.
constexpr Duration kTimeToComeUp = std::chrono::minutes(10);

/// What a look at the family's revisions gave: the one to use again, "" if none, and where containers log to.
struct Planned {
  std::string Equal;
  json::value Logs;
  std::vector<std::string> Changes;  ///< against the revision in use
};
BOOST_DESCRIBE_STRUCT(Planned, (), (Equal, Logs, Changes))

/// The server that a unit's token names, "" for no token: it ends in "-<task>-<number>-<attempt>", and a task is
/// "ServerTasks-12".
std::string_view server_of(std::string_view token) {
  for (int parts = 0; parts < 4; ++parts) token = token.substr(0, std::min(token.rfind('-'), token.size()));
  return token;
}

/// One entry of the step: the inputs, the client, and what was found so far.
class Entry {
 public:
  Entry(StepContext& ctx, const aws::Access& access, aws::ServicePoller& poller, RevisionHashes& hashes)
      : ctx_(ctx),
        access_(access),
        poller_(poller),
        hashes_(hashes),
        inputs_(read_inputs(ctx)),
        client_(connect(access, inputs_.login).in_sequence()) {}

  Outcome run() {
    account_ = ctx_.observe("account", [&] {
      const auto identity = verify(client_, inputs_.login);
      return Account{identity.account, identity.arn};
    });
    ctx_.log(LineKind::Info,
             fmt::format("Signed in to AWS account {} in {} as {}.", account_.Number, client_.region(), account_.Arn));
    for (const auto& warning : inputs_.definition.warnings) ctx_.log(LineKind::Warning, warning);
    switch (ctx_.lock(fmt::format("ecs/{}/{}/{}/{}", account_.Number, client_.region(), inputs_.target.cluster,
                                  inputs_.target.service),
                      fmt::format("{} in account {}", place(), account_.Number))) {
      case AwaitState::pending:
        return Outcome::pending();
      case AwaitState::value:
        break;
      default:
        return Outcome::canceled("Canceled before anything was changed.");
    }
    before_ = ctx_.observe("service before",
                           [&] { return look_at_service(client_, inputs_.target.cluster, inputs_.target.service); });
    if (!before_.Found)
      return Outcome::failed(
          fmt::format("There is no {} in account {}, {}. Create it, or correct the step's cluster and service.",
                      place(), account_.Number, client_.region()));
    if (const auto why = why_not_deployable(before_, inputs_)) return refused(*why);
    if (const auto why = why_foreign_role()) return Outcome::failed(*why);

    if (auto ended = let_others_finish()) return std::move(*ended);

    const std::string revision = register_or_reuse();
    const Rollout rollout = start("update service", update(revision), revision, before_);
    tell(rollout);
    const auto verdict = ctx_.await<Verdict>("rollout settled", watch(expectation(rollout, inputs_.definition.digests)),
                                             inputs_.timeout);
    if (verdict.pending()) return Outcome::pending();
    if (verdict.cancelled()) {
      return Outcome::canceled(
          fmt::format("Canceled. The rollout {} goes on in ECS; nothing was rolled back.", rollout.Deployment));
    }
    if (verdict.timed_out()) {
      return give_up(rollout, {fmt::format("timed out after {}", describe_duration(inputs_.timeout)),
                               "ECS has neither done it nor given it up", false,
                               findings(json::from_json<RolloutState>(verdict.last_state))});
    }
    switch (verdict.value->Ending) {
      case Ending::NoProgress:
        return give_up(rollout, {"its tasks keep failing", verdict.value->Reason, false, verdict.value->Findings});
      case Ending::Stuck:
        return give_up(rollout, {"it can't go on", verdict.value->Reason, true, verdict.value->Findings});
      default:
        return conclude(rollout, *verdict.value);
    }
  }

 private:
  std::string place() const {
    return fmt::format("service {} in cluster {}", inputs_.target.service, inputs_.target.cluster);
  }

  /// A rollout that is under way and not ours is waited for, or refused, or superseded, as the step's input says.
  /// Returns an outcome where the step does not go on now.
  std::optional<Outcome> let_others_finish() {
    for (int i = 1; before_.RolloutState == "IN_PROGRESS"; ++i) {
      const auto registered = ctx_.observe(fmt::format("rollout under way {}", i),
                                           [&] { return registration_of(client_, before_.Rolling); });
      const std::string theirs = fmt::format("deployment {} of {}{}", before_.Deployment, short_name(before_.Rolling),
                                             registered.By.empty() ? "" : ", registered by " + registered.By);
      if (is_our_own(registered)) {
        ctx_.log(LineKind::Warning, fmt::format("A rollout of this server is still under way, {}: it was left to ECS, "
                                                "and is superseded now.",
                                                theirs));
        return std::nullopt;
      }
      if (never_came_up()) {
        ctx_.log(LineKind::Warning,
                 fmt::format("The {} has never come up: its only rollout, {}, runs no task. It is superseded.", place(),
                             theirs));
        return std::nullopt;
      }
      if (inputs_.when_busy == WhenBusy::Supersede) {
        ctx_.log(LineKind::Warning, fmt::format("Somebody else's rollout is under way, {}: it is superseded, as "
                                                "Slipway.Ecs.WhenBusy asks.",
                                                theirs));
        return std::nullopt;
      }
      if (inputs_.when_busy == WhenBusy::Refuse) {
        return Outcome::failed(fmt::format(
            "Failed: {} is busy: somebody else's rollout is under way, {}. Nothing was changed. Deploy again "
            "once it is over; or set Slipway.Ecs.WhenBusy to Wait, or to Supersede.",
            where(), theirs));
      }
      if (i > kMostWaitsForOthers) {
        return Outcome::failed(
            fmt::format("Failed: {} is busy: one rollout of somebody else follows the other, now "
                        "{}. Nothing was changed.",
                        where(), theirs));
      }
      if (auto ended = wait_for(theirs, i)) return ended;
      before_ = ctx_.observe(fmt::format("service before {}", i + 1),
                             [&] { return look_at_service(client_, inputs_.target.cluster, inputs_.target.service); });
      if (!before_.Found) return Outcome::failed(fmt::format("Failed: {} is gone. Nothing was changed.", where()));
      if (const auto why = why_not_deployable(before_, inputs_)) return refused(*why);
    }
    return std::nullopt;
  }

  Outcome refused(const std::string& why) const {
    return Outcome::failed(fmt::format("The {} can't be deployed to. {}", place(), why));
  }

  /// ECS takes only roles of its own account, and says so only when tasks start.
  std::optional<std::string> why_foreign_role() const {
    for (const std::string_view member : {"executionRoleArn", "taskRoleArn"}) {
      const auto role = json::text_at(inputs_.definition.members, member);
      if (!role || !role->starts_with("arn:") || aws::account_of_arn(*role) == account_.Number) continue;
      return fmt::format(
          "The role {} is in another account than {}, where its tasks would run. Name one of that account.", *role,
          account_.Number);
    }
    return std::nullopt;
  }

  std::optional<Outcome> wait_for(const std::string& theirs, int i) {
    ctx_.log(LineKind::Wait, fmt::format("Waiting for somebody else's rollout, {}, at most {}.", theirs,
                                         describe_duration(inputs_.timeout)));
    const BusyWatch watch(poller_, connect_to_watch(access_, inputs_.login),
                          {inputs_.target.cluster, inputs_.target.service, before_.Deployment, before_.Rolling,
                           before_.DeployedAt.value_or(ctx_.time()), ""},
                          blind_timeout());
    const auto end = ctx_.await<BusyEnd>(fmt::format("other rollout over {}", i), watch, inputs_.timeout);
    if (end.pending()) return Outcome::pending();
    if (end.cancelled()) return Outcome::canceled("Canceled before anything was changed.");
    if (end.timed_out()) {
      return Outcome::failed(
          fmt::format("Failed: {} is busy: somebody else's rollout, {}, was not over after {}. Nothing was changed. "
                      "To deploy over it, set Slipway.Ecs.WhenBusy to Supersede.",
                      where(), theirs, describe_duration(inputs_.timeout)));
    }
    if (end.value->Unobservable) {
      return Outcome::failed(
          fmt::format("Failed: {} can't be observed ({}). Nothing was changed.", where(), end.value->Reason));
    }
    return std::nullopt;
  }

  /// One that this server began and then left to ECS, by being canceled for example: while the lock is held, no unit of
  /// this server watches it.
  bool is_our_own(const Registration& registered) const {
    const bool by_us = !registered.Unit.empty() && server_of(registered.Unit) == server_of(ctx_.token());
    return by_us && registered.At && before_.DeployedAt && *before_.DeployedAt - *registered.At < kRegisteredBefore;
  }

  bool never_came_up() const {
    const bool had_its_time =
        before_.FailedTasks > 0 || (before_.DeployedAt && ctx_.time() - *before_.DeployedAt >= kTimeToComeUp);
    return before_.Deployments == 1 && before_.RunningTasks == 0 && had_its_time;
  }

  std::string where() const { return fmt::format("{}, account {}, {}", place(), account_.Number, client_.region()); }

  /// A revision never changes, so each entry of the step makes the same of it.
  Definition definition() const { return laid_over(inputs_.definition, running()); }
  Definition running() const { return read_revision(client_, before_.TaskDefinition); }

  /// ARN of the revision to use. Throws Error{invalid} before anything is registered when the service can't take it.
  std::string register_or_reuse() {
    const auto planned = ctx_.observe("equal revision", [&] {
      const Definition used = running();
      const Definition wanted = laid_over(inputs_.definition, used);
      const auto found = find_equal_revision(client_, named_roles(wanted), before_.TaskDefinition, hashes_);
      check_fit(wanted, found == before_.TaskDefinition);
      return Planned{found.value_or(""), log_places(wanted.members),
                     changes_between(used.members, named_roles(wanted).members)};
    });
    if (const json::object* logs = planned.Logs.if_object()) logs_ = *logs;
    if (!planned.Equal.empty()) {
      ctx_.log(LineKind::Info, fmt::format("Nothing differs from {}: it is used again.", planned.Equal));
      return planned.Equal;
    }
    const std::string family =
        inputs_.definition.family.empty() ? family_of(before_.TaskDefinition) : inputs_.definition.family;
    const Time since = ctx_.time() - kMostSkew;
    const std::string revision = ctx_.effect<std::string>(
        "register task definition", {[&] { return find_registered(client_, family, ctx_.token(), since); },
                                     [&] { return register_revision(client_, definition(), tags()); }});
    ctx_.log(LineKind::Info, fmt::format("Registered {}.{}", revision, describe_changes(planned.Changes)));
    return revision;
  }

  std::string describe_changes(std::vector<std::string> changes) const {
    static constexpr std::size_t most = 20;
    if (changes.empty()) return "";
    if (changes.size() > most) {
      changes.resize(most);
      changes.emplace_back("more");
    }
    return fmt::format(" It differs from {} in: {}.", short_name(before_.TaskDefinition), fmt::join(changes, ", "));
  }

  void check_fit(const Definition& wanted, bool is_in_use) const {
    auto why = why_unfit(before_, wanted.members);
    const bool rolls_out = !is_in_use || inputs_.force_new_deployment;
    if (!why && rolls_out) why = why_stuck(before_, inputs_);
    if (why) fail_invalid(refused(*why).message);
  }

  /// AWS shows roles by their ARNs, however they were given.
  Definition named_roles(Definition wanted) const {
    for (const std::string_view member : {"executionRoleArn", "taskRoleArn"}) {
      const auto role = json::text_at(wanted.members, member);
      if (!role || role->empty() || role->starts_with("arn:")) continue;
      wanted.members[member] =
          fmt::format("arn:{}:iam::{}:role/{}", aws::partition_of(client_.region()).id, account_.Number, *role);
    }
    return wanted;
  }

  aws::ecs::Tags tags() const {
    static constexpr std::pair<std::string_view, std::string_view> told[] = {
        {"slipway:project", "Octopus.Project.Name"},
        {"slipway:release", "Octopus.Release.Number"},
        {"slipway:environment", "Octopus.Environment.Name"},
        {"slipway:deployment", "Octopus.Deployment.Id"},
        {"slipway:tenant", "Octopus.Deployment.Tenant.Name"}};
    aws::ecs::Tags tags{{std::string(kUnitTag), ctx_.token()}};
    for (const auto& [tag, variable] : told) {
      const auto value = ctx_.variable(variable);
      if (value && !value->empty()) tags[std::string(tag)] = tag_value(*value);
    }
    return tags;
  }

  /// Updates the service to `revision` by `request`, starting from what it was at `from`.
  Rollout start(std::string_view name, const json::object& request, const std::string& revision,
                const ServiceFacts& from) {
    const Time since = ctx_.time() - kClockSlack;
    const auto rollout_of = [&](const std::string& deployment, std::optional<Time> created_at, std::string last_event) {
      const bool is_new = deployment != from.Deployment;
      return Rollout{deployment,
                     revision,
                     from.Deployment,
                     from.Done.empty() ? from.TaskDefinition : from.Done,
                     is_new && created_at ? *created_at : since,
                     std::move(last_event)};
    };
    return ctx_.effect<Rollout>(
        name, {[&]() -> std::optional<Rollout> {
                 const auto found =
                     find_deployment(client_, inputs_.target.cluster, inputs_.target.service, revision, from, since);
                 return found ? std::optional(rollout_of(found->id, found->created_at, "")) : std::nullopt;
               },
               [&] {
                 const auto updated = facts_of(aws::ecs::update_service(client_, request));
                 return rollout_of(updated.Deployment, updated.DeployedAt, updated.LastEvent);
               }});
  }

  json::object update(const std::string& revision) const {
    json::object request = update_to(revision);
    if (inputs_.force_new_deployment) request["forceNewDeployment"] = true;
    if (inputs_.desired_count) request["desiredCount"] = *inputs_.desired_count;
    if (inputs_.minimum_healthy_percent || inputs_.maximum_percent) {
      const json::object* current = before_.DeploymentConfiguration.if_object();
      json::object configuration = current != nullptr ? *current : json::object{};
      if (inputs_.minimum_healthy_percent) configuration["minimumHealthyPercent"] = *inputs_.minimum_healthy_percent;
      if (inputs_.maximum_percent) configuration["maximumPercent"] = *inputs_.maximum_percent;
      request["deploymentConfiguration"] = std::move(configuration);
    }
    return request;
  }

  /// What this step changed is put back as it was, and nothing else: a count that is another by now is autoscaling's.
  json::object update_back(const std::string& revision, const ServiceFacts& now) const {
    json::object request = update_to(revision);
    if (inputs_.desired_count && before_.Desired && now.Desired == inputs_.desired_count) {
      request["desiredCount"] = *before_.Desired;
    }
    const bool changed_percentages = inputs_.minimum_healthy_percent || inputs_.maximum_percent;
    if (changed_percentages && before_.DeploymentConfiguration.is_object()) {
      request["deploymentConfiguration"] = before_.DeploymentConfiguration;
    }
    return request;
  }

  json::object update_to(const std::string& revision) const {
    return {{"cluster", inputs_.target.cluster}, {"service", inputs_.target.service}, {"taskDefinition", revision}};
  }

  /// Outputs are set before the wait, so that later steps have them also after a failure (ECS-7).
  void tell(const Rollout& rollout) {
    const auto slash = rollout.TaskDefinition.rfind('/');
    const std::string name = rollout.TaskDefinition.substr(slash == std::string::npos ? 0 : slash + 1);
    const auto colon = name.find(':');
    ctx_.output("TaskDefinitionArn", rollout.TaskDefinition);
    ctx_.output("TaskDefinitionFamily", name.substr(0, colon));
    ctx_.output("TaskDefinitionRevision", colon == std::string::npos ? "" : name.substr(colon + 1));
    ctx_.output("PreviousTaskDefinitionArn", rollout.PreviousTaskDefinition);
    ctx_.output("EcsDeploymentId", rollout.Deployment);
    ctx_.output("ClusterName", inputs_.target.cluster);
    ctx_.output("ServiceName", inputs_.target.service);
    ctx_.output("Region", client_.region());
    const bool unchanged = rollout.Deployment == rollout.PreviousDeployment;
    ctx_.log(LineKind::Info,
             unchanged
                 ? fmt::format("The {} had that revision already: no new deployment. Checking what runs.", place())
                 : fmt::format("Updated the {}: deployment {} rolls out {}.", place(), rollout.Deployment, name));
  }

  Expectation expectation(const Rollout& rollout, std::map<std::string, std::string> digests) const {
    Expectation expected;
    expected.rollout = rollout;
    expected.digests = std::move(digests);
    expected.proof_timeout = inputs_.proof_timeout;
    expected.blind_timeout = blind_timeout();
    expected.most_failed_tasks = inputs_.most_failed_tasks;
    return expected;
  }

  Duration blind_timeout() const { return std::clamp(inputs_.timeout, kLeastBlindTimeout, kMostBlindTimeout); }

  RolloutWatch watch(Expectation expected) const {
    return {poller_, connect_to_watch(access_, inputs_.login), inputs_.target.cluster, inputs_.target.service,
            std::move(expected)};
  }

  Outcome conclude(const Rollout& rollout, const Verdict& verdict) {
    json::value evidence = json::to_json(
        Evidence{account_.Number, client_.region(), inputs_.target.cluster, inputs_.target.service, rollout.Deployment,
                 verdict.ServiceDeployment, rollout.TaskDefinition, rollout.PreviousTaskDefinition, verdict.Digests});
    if (verdict.Ending == Ending::Healthy) {
      ctx_.log(LineKind::Highlight, fmt::format("Proven: {} runs {} with deployment {}.", place(),
                                                rollout.TaskDefinition, rollout.Deployment));
      return Outcome::success(std::move(evidence));
    }
    Failure failure = failure_of(verdict);
    if (verdict.Ending == Ending::RollbackFailed) tell_why_back_failed(failure);
    return Outcome::failed(describe(rollout, std::move(failure)), std::move(evidence));
  }

  /// The rollout that ECS began to go back by is none that was watched: what its tasks failed of is asked for once.
  void tell_why_back_failed(Failure& failure) {
    Findings back;
    back.Stopped = ctx_.observe("why the rollback failed", [&]() -> std::vector<Cause> {
      try {
        const auto now = look_at_service(client_, inputs_.target.cluster, inputs_.target.service);
        return causes_of(aws::stopped_tasks(client_, inputs_.target.cluster, inputs_.target.service, now.Deployment));
      } catch (const aws::AwsError&) {
        return {};  // the failure itself is told all the same
      }
    });
    Findings& found = failure.findings;
    if (back.Stopped.empty() && !found.Stopped.empty() && !found.Problem.empty()) {
      back.Problem = found.Problem;
      std::erase_if(found.Problems, [&](const Cause& cause) { return cause.Text == without_ids(found.Problem); });
    }
    const std::string cause = leading_cause(back);
    if (cause.empty()) return;
    failure.now += cause == leading_cause(found) ? " The rollback failed in the same way."
                                                 : fmt::format(" The rollback failed because of this: {}.", cause);
  }

  std::string describe(const Rollout& rollout, Failure failure) const {
    Subject subject{ctx_.variable("Octopus.Release.Number").value_or(""),
                    {},
                    inputs_.target.service,
                    inputs_.target.cluster,
                    account_.Number,
                    client_.region()};
    for (const auto& package : ctx_.action().packages) {
      if (!package.image.empty()) subject.images.push_back(describe_image(package.image, package.digest));
    }
    failure.deployment = rollout.Deployment;
    failure.revision = rollout.TaskDefinition;
    return describe_failure(subject, failure, logs_);
  }

  /// Nothing that AWS offers ends a hung rollout, so the step goes back itself, and says why also where it can't.
  Outcome give_up(const Rollout& rollout, const GivenUp& given_up) {
    try {
      const ServiceFacts now = ctx_.observe("service at the limit", [&] {
        return look_at_service(client_, inputs_.target.cluster, inputs_.target.service);
      });
      const bool ours = now.Deployment == rollout.Deployment ||
                        (rollout.Deployment.empty() && now.TaskDefinition == rollout.TaskDefinition);
      return ours && now.RolloutState == "COMPLETED" ? prove_late(rollout, given_up) : go_back(rollout, now, given_up);
    } catch (const aws::AwsError& error) {  // AWS has refused, so nothing was changed
      return failed(rollout, given_up, ", and the way back failed",
                    fmt::format("the service still stands at {}: {}", rollout.TaskDefinition, error.message()));
    } catch (const Error& error) {
      return failed(rollout, given_up, ", and the way back failed", error.message());
    }
  }

  /// It was done after all, a moment before or while nobody could look: going back would only do harm.
  Outcome prove_late(const Rollout& rollout, const GivenUp& given_up) {
    ctx_.log(LineKind::Warning,
             fmt::format("{}, and by now ECS calls it done: checking what runs instead of going back.",
                         capitalised(given_up.how)));
    const auto verdict = ctx_.await<Verdict>("proven late", watch(expectation(rollout, inputs_.definition.digests)),
                                             inputs_.proof_timeout + kProofSlack);
    if (verdict.pending()) return Outcome::pending();
    if (verdict.value) return conclude(rollout, *verdict.value);
    return failed(rollout, given_up, "", "ECS calls it done, but what runs is not proven; nothing was rolled back.");
  }

  Outcome go_back(const Rollout& rollout, const ServiceFacts& now, const GivenUp& given_up) {
    const std::string runs = describe_runs(given_up.findings.Runs);
    if (rollout.PreviousTaskDefinition.empty() || rollout.PreviousTaskDefinition == rollout.TaskDefinition) {
      return failed(rollout, given_up, "",
                    fmt::format("{}. There is no other revision to go back to; nothing was rolled back.", runs));
    }
    if (now.TaskDefinition != rollout.TaskDefinition) {
      return failed(rollout, given_up, "",
                    fmt::format("the service is at {} by now; nothing was rolled back.", now.TaskDefinition));
    }
    const std::string& previous = rollout.PreviousTaskDefinition;
    ctx_.log(LineKind::Warning, fmt::format("{}: rolling back to {}.", capitalised(given_up.how), previous));
    const Rollout back = start("roll back", update_back(previous, now), previous, now);
    Expectation expected = expectation(back, {});
    expected.is_way_back = true;
    expected.known_problem = given_up.findings.Problem;
    const auto verdict = ctx_.await<Verdict>("rolled back", watch(std::move(expected)), kRollbackLimit);
    if (verdict.pending()) return Outcome::pending();
    if (verdict.value && verdict.value->Ending == Ending::Healthy) {
      return failed(rollout, given_up, fmt::format(" (rolled back to {})", short_name(previous)),
                    fmt::format("{}, proven.", describe_runs(verdict.value->Findings.Runs)));
    }
    return not_proven_back(rollout, given_up, back, verdict);
  }

  Outcome not_proven_back(const Rollout& rollout, const GivenUp& given_up, const Rollout& back,
                          const Awaited<Verdict>& verdict) {
    const std::string to = fmt::format(", and going back to {}", short_name(back.TaskDefinition));
    if (verdict.cancelled()) {
      return failed(rollout, given_up, to + " is not proven",
                    "the task was canceled while ECS goes back; the rollback goes on.");
    }
    const auto& value = verdict.value;
    const auto found = value ? value->Findings : findings(json::from_json<RolloutState>(verdict.last_state));
    const std::string why =
        value ? value->Reason : fmt::format("It was not done after {}.", describe_duration(kRollbackLimit));
    const bool starts = !value || value->Ending != Ending::Stuck;
    return failed(rollout, given_up, to + (starts ? " is not proven" : " can't start"),
                  fmt::format("{}. The service is set to {}, and ECS goes on trying. {}", describe_runs(found.Runs),
                              back.TaskDefinition, why_not_back(why, starts ? leading_cause(found) : "", given_up)));
  }

  Outcome failed(const Rollout& rollout, const GivenUp& given_up, const std::string& end, std::string now) const {
    Failure failure;
    failure.ending = fmt::format("Failed: {}{}", given_up.how, end);
    failure.cause = given_up.why;
    failure.is_told = given_up.is_told;
    failure.now = std::move(now);
    failure.findings = given_up.findings;
    return Outcome::failed(describe(rollout, std::move(failure)));
  }

  StepContext& ctx_;
  const aws::Access& access_;
  aws::ServicePoller& poller_;
  RevisionHashes& hashes_;
  const Inputs inputs_;
  const aws::Client client_;
  Account account_;
  ServiceFacts before_;
  json::object logs_;  ///< see log_places
};

}  // namespace

EcsServiceStep::EcsServiceStep(aws::Access access, aws::ServicePoller& poller)
    : access_(std::move(access)), poller_(poller), hashes_(std::make_shared<RevisionHashes>()) {}

Outcome EcsServiceStep::execute(StepContext& ctx) const { return Entry(ctx, access_, poller_, *hashes_).run(); }

}  // namespace slipway::steps
