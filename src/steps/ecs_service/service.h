// What the step asks of ECS about one service and its task definitions.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"
#include "base/guarded.h"
#include "cloud/client.h"
#include "cloud/ecs.h"
#include "steps/ecs_service/definition.h"

namespace slipway::steps::ecs {

/// A service as it is before and after an update; what the step journals of it.
struct ServiceFacts {
  bool Found = false;
  std::string Status;  ///< ACTIVE, DRAINING, INACTIVE
  std::string Arn;
  std::string TaskDefinition;
  std::string Deployment;                 ///< id of PRIMARY, "" where the peer tells none
  std::string RolloutState;               ///< of PRIMARY, "" where the peer tells none
  std::optional<Time> DeployedAt;         ///< when PRIMARY was made, by AWS's clock
  std::string Rolling;                    ///< the task definition of PRIMARY
  int Deployments = 0;                    ///< how many it has
  int RunningTasks = 0, FailedTasks = 0;  ///< of PRIMARY
  std::string Done;                       ///< the task definition of the newest deployment that is done, "" if none is
  std::string LastEvent;                  ///< id of the newest event, "" if there is none
  std::optional<int> Desired;
  json::value DeploymentConfiguration;
  std::string Controller;          ///< ECS, CODE_DEPLOY, EXTERNAL; "" where the peer tells none
  std::string SchedulingStrategy;  ///< REPLICA, DAEMON
  std::string LaunchType;          ///< "" with capacity providers
  std::vector<std::string> CapacityProviders;
  std::vector<std::string> BalancedContainers;  ///< that load balancers send requests to
  bool HasNetwork = false;                      ///< has a network configuration
  int Running = 0;                              ///< of all its deployments
};
BOOST_DESCRIBE_STRUCT(ServiceFacts, (),
                      (Found, Status, Arn, TaskDefinition, Deployment, RolloutState, DeployedAt, Rolling, Deployments,
                       RunningTasks, FailedTasks, Done, LastEvent, Desired, DeploymentConfiguration, Controller,
                       SchedulingStrategy, LaunchType, CapacityProviders, BalancedContainers, HasNetwork, Running))

ServiceFacts look_at_service(const aws::Client&, const std::string& cluster, const std::string& service);
/// The same of UpdateService's answer.
ServiceFacts facts_of(const json::object& service);

/// What revisions mean, by their ARNs: a revision never changes, so what one deployment has read spares the next one
/// from reading it again. Threads: any.
class RevisionHashes {
 public:
  std::optional<std::string> find(const std::string& arn) const;
  void keep(const std::string& arn, std::string hash);

 private:
  Guarded<std::map<std::string, std::string>> hashes_;
};

/// How many revisions of a family are looked at, from the newest on.
inline constexpr int kMostRevisions = 100;
/// ARN of an ACTIVE revision of the family that means the same and has the same tags of people: the one that the
/// service runs, else the newest of them.
std::optional<std::string> find_equal_revision(const aws::Client&, const Definition&, const std::string& in_use,
                                               RevisionHashes&);

/// The tag by which a revision is recognised as registered by one unit of work.
inline constexpr std::string_view kUnitTag = "slipway:unit";
/// ARN of the revision that carries this unit's tag, among those of the family registered at or after `since`.
std::optional<std::string> find_registered(const aws::Client&, const std::string& family, const std::string& token,
                                           Time since);
/// Registers it with people's tags and ours, and returns the ARN. Not repeatable by itself: AWS has no idempotency
/// token here.
std::string register_revision(const aws::Client&, const Definition&, const aws::ecs::Tags& ours);
/// The revision of that ARN, as far as it can be carried over; nothing for "".
Definition read_revision(const aws::Client&, const std::string& arn);
/// "web" of "arn:…:task-definition/web:7" and of "web:7".
std::string family_of(std::string_view task_definition);

/// Who registered a revision.
struct Registration {
  std::string By;    ///< ARN, "" where the peer doesn't tell
  std::string Unit;  ///< its unit_tag, "" if it has none
  std::optional<Time> At;
};
BOOST_DESCRIBE_STRUCT(Registration, (), (By, Unit, At))
Registration registration_of(const aws::Client&, const std::string& task_definition);

struct FoundDeployment {
  std::string id;  ///< "" when only the history of service deployments shows it, because it has already ended
  std::optional<Time> created_at;
};
/// A rollout of `task_definition` that the service did not have at `before`. `since` is when to search its history from
/// if AWS has not told when the deployment of `before` was made. nullopt: there was none.
std::optional<FoundDeployment> find_deployment(const aws::Client&, const std::string& cluster,
                                               const std::string& service, const std::string& task_definition,
                                               const ServiceFacts& before, Time since);

/// Characters and lengths that ECS takes in a tag's value (ECS-6).
std::string tag_value(std::string_view text);

}  // namespace slipway::steps::ecs
