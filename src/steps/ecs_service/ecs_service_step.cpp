#include "steps/ecs_service/ecs_service_step.h"

#include <fmt/format.h>

#include <algorithm>

#include "cloud/sts.h"
#include "steps/ecs_service/inputs.h"
#include "steps/ecs_service/rollout_watch.h"
#include "steps/ecs_service/service.h"

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
constexpr Duration rollback_limit = std::chrono::minutes(30);
// Our clock and AWS's may differ: what is a little older than our update may still belong to it. By AWS's own clock
// nothing is, but for its rounding.
constexpr Duration clock_slack = std::chrono::seconds(5);
constexpr Duration rounding = std::chrono::seconds(1);
// Beyond this AWS refuses our signatures.
constexpr Duration most_skew = std::chrono::minutes(5);
// A wait that sees nothing lasts as long as the rollout may, within these. In an account with many rollouts a look may
// have to wait for its turn for minutes.
constexpr Duration least_blind_timeout = std::chrono::minutes(5);
constexpr Duration most_blind_timeout = std::chrono::minutes(30);
// For the looks that it takes until a proof is overdue.
constexpr Duration proof_slack = std::chrono::minutes(1);

/// Why the step ends a rollout that ECS has not ended.
struct GivenUp {
  std::string how;  ///< "timed out"
  std::string why;  ///< a sentence
  std::vector<std::string> root_causes;
};

/// One entry of the step: the inputs, the client, and what was found so far.
class Entry {
 public:
  Entry(StepContext& ctx, const aws::Access& access, aws::ServicePoller& poller)
      : ctx_(ctx),
        access_(access),
        poller_(poller),
        inputs_(read_inputs(ctx)),
        client_(connect(access, inputs_.login).in_sequence()) {}

  Outcome run() {
    account_ = ctx_.observe("account", [&] {
      const auto identity = verify(client_, inputs_.login);
      return Account{identity.account, identity.arn};
    });
    ctx_.log(LineKind::Info,
             fmt::format("Signed in to AWS account {} in {} as {}.", account_.Number, client_.region(), account_.Arn));
    switch (
        ctx_.lock(fmt::format("ecs/{}/{}/{}/{}", account_.Number, client_.region(), inputs_.cluster, inputs_.service),
                  fmt::format("{} in account {}", place(), account_.Number))) {
      case AwaitState::pending:
        return Outcome::pending();
      case AwaitState::value:
        break;
      default:
        return Outcome::canceled("Canceled before anything was changed.");
    }
    before_ =
        ctx_.observe("service before", [&] { return look_at_service(client_, inputs_.cluster, inputs_.service); });
    if (!before_.Found)
      return Outcome::failed(
          fmt::format("There is no {} in account {}, {}. Create it, or correct the step's cluster and service.",
                      place(), account_.Number, client_.region()));
    if (before_.Status != "ACTIVE")
      return Outcome::failed(fmt::format("The {} is {}, so nothing can be deployed to it.", place(), before_.Status));

    const std::string revision = register_or_reuse();
    const Rollout rollout = start("update service", revision, before_);
    tell(rollout);
    const auto verdict = ctx_.await<Verdict>("rollout settled", watch(rollout, inputs_.digests), inputs_.timeout);
    if (verdict.pending()) return Outcome::pending();
    if (verdict.cancelled()) {
      return Outcome::canceled(
          fmt::format("Canceled. The rollout {} goes on in ECS; nothing was rolled back.", rollout.Deployment));
    }
    if (verdict.timed_out()) {
      return give_up(
          rollout, {"timed out", fmt::format("The rollout was not done after {}.", describe_duration(inputs_.timeout)),
                    root_causes(json::from_json<RolloutState>(verdict.last_state))});
    }
    if (verdict.value->Ending == Ending::NoProgress) {
      return give_up(rollout, {"its tasks keep failing", verdict.value->Reason, verdict.value->RootCauses});
    }
    return conclude(rollout, *verdict.value);
  }

 private:
  std::string place() const { return fmt::format("service {} in cluster {}", inputs_.service, inputs_.cluster); }

  std::string register_or_reuse() {
    const auto equal = ctx_.observe(
        "equal revision", [&] { return find_equal_revision(client_, inputs_.definition, before_.TaskDefinition); });
    if (equal) {
      ctx_.log(LineKind::Info, fmt::format("Nothing differs from {}: it is used again.", *equal));
      return *equal;
    }
    const std::string family(json::text_at(inputs_.definition, "family").value_or(""));
    const Time since = ctx_.time() - most_skew;
    const std::string revision = ctx_.effect<std::string>(
        "register task definition", {[&] { return find_registered(client_, family, ctx_.token(), since); },
                                     [&] { return register_revision(client_, inputs_.definition, tags()); }});
    ctx_.log(LineKind::Info, fmt::format("Registered {}.", revision));
    return revision;
  }

  aws::ecs::Tags tags() const {
    static constexpr std::pair<std::string_view, std::string_view> told[] = {
        {"slipway:project", "Octopus.Project.Name"},
        {"slipway:release", "Octopus.Release.Number"},
        {"slipway:environment", "Octopus.Environment.Name"},
        {"slipway:deployment", "Octopus.Deployment.Id"},
        {"slipway:tenant", "Octopus.Deployment.Tenant.Name"}};
    aws::ecs::Tags tags{{std::string(unit_tag), ctx_.token()}};
    for (const auto& [tag, variable] : told) {
      const auto value = ctx_.variable(variable);
      if (value && !value->empty()) tags[std::string(tag)] = tag_value(*value);
    }
    return tags;
  }

  /// Updates the service to `revision`, starting from what it was at `from`.
  Rollout start(std::string_view name, const std::string& revision, const ServiceFacts& from) {
    const Time since = ctx_.time() - clock_slack;
    const auto rollout_of = [&](const std::string& deployment, std::optional<Time> created_at) {
      const bool is_new = deployment != from.Deployment;
      return Rollout{deployment, revision, from.Deployment, from.TaskDefinition,
                     is_new && created_at ? *created_at - rounding : since};
    };
    return ctx_.effect<Rollout>(
        name, {[&]() -> std::optional<Rollout> {
                 const auto found = find_deployment(client_, inputs_.cluster, inputs_.service, revision, from, since);
                 return found ? std::optional(rollout_of(found->id, found->created_at)) : std::nullopt;
               },
               [&] {
                 const auto updated = facts_of(aws::ecs::update_service(client_, update(revision)));
                 return rollout_of(updated.Deployment, updated.DeployedAt);
               }});
  }

  json::object update(const std::string& revision) const {
    json::object request{{"cluster", inputs_.cluster}, {"service", inputs_.service}, {"taskDefinition", revision}};
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
    ctx_.output("ClusterName", inputs_.cluster);
    ctx_.output("ServiceName", inputs_.service);
    ctx_.output("Region", client_.region());
    const bool unchanged = rollout.Deployment == rollout.PreviousDeployment;
    ctx_.log(LineKind::Info,
             unchanged
                 ? fmt::format("The {} had that revision already: no new deployment. Checking what runs.", place())
                 : fmt::format("Updated the {}: deployment {} rolls out {}.", place(), rollout.Deployment, name));
  }

  RolloutWatch watch(const Rollout& rollout, std::map<std::string, std::string> digests) const {
    return {poller_,
            connect_to_watch(access_, inputs_.login),
            inputs_.cluster,
            inputs_.service,
            {rollout, std::move(digests), inputs_.proof_timeout,
             std::clamp(inputs_.timeout, least_blind_timeout, most_blind_timeout), inputs_.most_failed_tasks}};
  }

  Outcome conclude(const Rollout& rollout, const Verdict& verdict) {
    json::value evidence = json::to_json(Evidence{account_.Number, client_.region(), inputs_.cluster, inputs_.service,
                                                  rollout.Deployment, verdict.ServiceDeployment, rollout.TaskDefinition,
                                                  rollout.PreviousTaskDefinition, verdict.Digests});
    if (verdict.Ending == Ending::Healthy) {
      ctx_.log(LineKind::Highlight, fmt::format("Proven: {} runs {} with deployment {}.", place(),
                                                rollout.TaskDefinition, rollout.Deployment));
      return Outcome::success(std::move(evidence));
    }
    return Outcome::failed(explain(verdict), std::move(evidence));
  }

  static std::string explain(const Verdict& verdict) {
    std::string message = [&] {
      switch (verdict.Ending) {
        case Ending::RolledBack:
          return fmt::format("Failed (rolled back to {}).", verdict.By);
        case Ending::RollbackFailed:
          return fmt::format("Failed, and the rollback failed too: the service is at {}.", verdict.By);
        case Ending::Superseded:
          return fmt::format("Failed, superseded by {}. Nothing was rolled back.", verdict.By);
        case Ending::Unprovable:
          return "Failed: " + verdict.Reason + ".";
        case Ending::Unobservable:
          return fmt::format("Failed: the rollout cannot be observed ({}); nothing was rolled back.", verdict.Reason);
        case Ending::Stopped:
          return std::string("Failed: ECS stopped the deployment, and the service may run both revisions.");
        default:
          return std::string("Failed.");
      }
    }();
    const bool told = verdict.Ending == Ending::Unprovable || verdict.Ending == Ending::Unobservable;
    if (!told && !verdict.Reason.empty()) message += " " + verdict.Reason;
    return message + why(verdict.RootCauses);
  }

  static std::string why(const std::vector<std::string>& causes) {
    return causes.empty() ? "" : fmt::format("\nWhy tasks stopped: {}", fmt::join(causes, "\n"));
  }

  /// Nothing that AWS offers ends a hung rollout, so the step goes back itself, and says why also where it can't.
  Outcome give_up(const Rollout& rollout, const GivenUp& given_up) {
    try {
      const ServiceFacts now = ctx_.observe("service at the limit",
                                            [&] { return look_at_service(client_, inputs_.cluster, inputs_.service); });
      const bool ours = now.Deployment == rollout.Deployment ||
                        (rollout.Deployment.empty() && now.TaskDefinition == rollout.TaskDefinition);
      return ours && now.RolloutState == "COMPLETED" ? prove_late(rollout, given_up) : go_back(rollout, now, given_up);
    } catch (const aws::AwsError& error) {  // AWS has refused, so nothing was changed
      return failed(given_up, fmt::format(", and the way back failed: {} The service still stands at {}",
                                          error.message(), rollout.TaskDefinition));
    } catch (const Error& error) {
      return failed(given_up, fmt::format(", and the way back failed: {}", error.message()));
    }
  }

  /// It was done after all, a moment before or while nobody could look: going back would only do harm.
  Outcome prove_late(const Rollout& rollout, const GivenUp& given_up) {
    ctx_.log(LineKind::Warning,
             fmt::format("{} By now ECS calls it done: checking what runs instead of going back.", given_up.why));
    const auto verdict =
        ctx_.await<Verdict>("proven late", watch(rollout, inputs_.digests), inputs_.proof_timeout + proof_slack);
    if (verdict.pending()) return Outcome::pending();
    if (verdict.value) return conclude(rollout, *verdict.value);
    return failed(given_up, ". ECS calls it done, but what runs is not proven; nothing was rolled back");
  }

  Outcome go_back(const Rollout& rollout, const ServiceFacts& now, const GivenUp& given_up) {
    if (rollout.PreviousTaskDefinition.empty() || rollout.PreviousTaskDefinition == rollout.TaskDefinition) {
      return failed(given_up, ". There is no other revision to go back to; nothing was rolled back");
    }
    if (now.TaskDefinition != rollout.TaskDefinition) {
      return failed(given_up,
                    fmt::format(". The service is at {} by now; nothing was rolled back", now.TaskDefinition));
    }
    ctx_.log(LineKind::Warning, fmt::format("{} Rolling back to {}.", given_up.why, rollout.PreviousTaskDefinition));
    const Rollout back = start("roll back", rollout.PreviousTaskDefinition, now);
    const auto verdict = ctx_.await<Verdict>("rolled back", watch(back, {}), rollback_limit);
    if (verdict.pending()) return Outcome::pending();
    if (verdict.value && verdict.value->Ending == Ending::Healthy) {
      return failed(given_up, fmt::format(" (rolled back to {})", back.TaskDefinition));
    }
    return failed(given_up, fmt::format(", and going back to {} is not proven", back.TaskDefinition));
  }

  static Outcome failed(const GivenUp& given_up, const std::string& end) {
    return Outcome::failed(
        fmt::format("Failed: {}{}. {}{}", given_up.how, end, given_up.why, why(given_up.root_causes)));
  }

  StepContext& ctx_;
  const aws::Access& access_;
  aws::ServicePoller& poller_;
  const Inputs inputs_;
  const aws::Client client_;
  Account account_;
  ServiceFacts before_;
};

}  // namespace

EcsServiceStep::EcsServiceStep(aws::Access access, aws::ServicePoller& poller)
    : access_(std::move(access)), poller_(poller) {}

Outcome EcsServiceStep::execute(StepContext& ctx) const { return Entry(ctx, access_, poller_).run(); }

}  // namespace slipway::steps
