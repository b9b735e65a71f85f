// Everything the simulated clouds contain, as plain values. A Region can be copied, which is how lagging reads see the
// past. Who changes it: fleet.h as time passes, the *_api tables on request, scenario.h and admin_api.h from outside.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "sim/core/names.h"
#include "sim/core/scheduler.h"

namespace slipway::sim {

using Tags = std::map<std::string, std::string>;

struct TaskDefinition {
  std::string arn;
  std::string family;
  int revision = 0;
  json::object body;  ///< as registered, in AWS's normal form, without tags
  bool active = true;
  Time registered_at;
  std::optional<Time> deregistered_at;
  std::string registered_by;
};

struct Family {
  int last_revision = 0;  ///< numbers never repeat
  std::map<int, TaskDefinition> revisions;
};

/// The life of a task, in order (ECS guide, "Amazon ECS task lifecycle").
enum class TaskStatus { provisioning, pending, activating, running, deactivating, stopping, deprovisioning, stopped };
std::string_view to_string(TaskStatus);

enum class Health { unknown, healthy, unhealthy };

enum class MisbehaviourKind { cannot_pull, crash_after_start, unhealthy };

/// A container image that misbehaves, in one account or in all.
struct Misbehaviour {
  MisbehaviourKind kind = MisbehaviourKind::cannot_pull;
  std::string image;    ///< "shop/web:1.1.0", "shop/web@sha256:…", or the reference as a container names it
  std::string account;  ///< of the tasks; empty for all
  int exit_code = 1;
  Duration after = std::chrono::seconds(5);  ///< from RUNNING to the crash, before scaling
};

struct Container {
  std::string name;
  std::string image;
  std::string image_digest;
  bool essential = true;
  std::optional<int> exit_code;
  std::string reason;
};

struct Task {
  std::string id;
  std::string arn;
  std::string cluster;
  std::string service;          ///< empty when not started by a service
  std::string deployment;       ///< id of the service's deployment, also "startedBy"
  std::string task_definition;  ///< ARN
  std::string launch_type;
  TaskStatus status = TaskStatus::provisioning;
  bool shall_run = true;  ///< desiredStatus RUNNING
  Health health = Health::unknown;
  bool counts_as_healthy = false;  ///< in the scheduler's sense
  std::vector<Container> containers;
  std::optional<Misbehaviour> misbehaviour;  ///< of one of its images, known from the pull on
  std::string misbehaving_container;         ///< the one that runs that image
  std::string stop_code;
  std::string stopped_reason;
  Time created_at;
  std::optional<Time> pull_started_at;
  std::optional<Time> pull_stopped_at;
  std::optional<Time> started_at;
  std::optional<Time> stopping_at;
  std::optional<Time> stopped_at;

  bool active() const { return shall_run && status <= TaskStatus::running; }
};

enum class DeploymentStatus { primary, active };
enum class RolloutState { in_progress, completed, failed };

struct Deployment {
  std::string id;  ///< "ecs-svc/<19 digits>"
  DeploymentStatus status = DeploymentStatus::primary;
  RolloutState rollout = RolloutState::in_progress;
  std::string reason;
  std::string task_definition;
  std::string revision;            ///< ARN of its ServiceRevision
  std::string service_deployment;  ///< ARN; a rollback shares it with what it rolls back
  bool is_rollback = false;
  int desired = 0;
  int failed_tasks = 0;
  int breaker_failures = 0;
  bool reached_running = false;  ///< the breaker's second stage
  Time created_at;
  Time updated_at;
};

struct ServiceRevision {
  std::string arn;
  std::string task_definition;
  /// Container name → digest, fixed by the first task that pulled it ("software version consistency").
  std::map<std::string, std::string> digests;
  json::object settings;
  Time created_at;
};

enum class ServiceDeploymentStatus {
  pending,
  in_progress,
  successful,
  stopped,
  stop_requested,
  rollback_requested,
  rollback_in_progress,
  rollback_successful,
  rollback_failed
};
std::string_view to_string(ServiceDeploymentStatus);

enum class BreakerStatus { disabled, monitoring, triggered, monitoring_complete };

struct Rollback {
  std::string reason;
  std::string revision;
  Time started_at;
};

struct ServiceDeployment {
  std::string arn;
  std::string deployment;  ///< id of the Deployment that it started as
  std::vector<std::string> source_revisions;
  std::string target_revision;
  ServiceDeploymentStatus status = ServiceDeploymentStatus::in_progress;
  std::string reason;
  json::object configuration;
  BreakerStatus breaker = BreakerStatus::disabled;
  int breaker_failures = 0;
  int breaker_threshold = 0;
  std::optional<Rollback> rollback;
  Time created_at;
  Time updated_at;
  std::optional<Time> finished_at;

  bool in_progress() const { return !finished_at; }
};

struct ServiceEvent {
  std::string id;
  Time at;
  std::string message;
};

/// What the scheduler reads of a service's deploymentConfiguration.
struct RolloutRules {
  int minimum_healthy_percent = 100;
  int maximum_percent = 200;
  bool breaker = false;
  bool breaker_rolls_back = false;
  bool reset_on_healthy_task = true;
  BreakerThreshold threshold;
};

struct Service {
  std::string name;
  std::string arn;
  std::string cluster;  ///< name
  std::string status = "ACTIVE";
  std::string task_definition;  ///< the target, not necessarily what runs
  int desired = 0;
  json::object settings;  ///< as requested, echoed by describe
  RolloutRules rules;
  std::vector<Deployment> deployments;                 ///< the primary first
  std::vector<ServiceDeployment> service_deployments;  ///< newest first
  std::map<std::string, ServiceRevision> revisions;    ///< by ARN
  std::deque<ServiceEvent> events;                     ///< newest first
  std::vector<std::string> tasks;                      ///< ids of those that are not STOPPED
  std::optional<Deployment> last_completed;            ///< what a rollback goes back to
  int failed_starts = 0;                               ///< in a row
  Time next_start;                                     ///< no task starts before
  std::optional<Time> next_tick;                       ///< the scheduler's next look
  std::string created_by;
  Time created_at;
};

struct Cluster {
  std::string name;
  std::string arn;
  std::string status = "ACTIVE";
  std::optional<int> capacity;  ///< most tasks that can be placed; none = unlimited
  bool full = false;            ///< for now no task can be placed, whatever the capacity
  std::map<std::string, Service> services;
  std::map<std::string, Task> tasks;  ///< by id
};

struct Image {
  std::string digest;
  std::vector<std::string> tags;
  std::string media_type;
  std::int64_t size = 0;
  Time pushed_at;
};

struct Repository {
  std::string name;
  std::string arn;
  std::string mutability = "MUTABLE";
  std::string policy;                   ///< JSON text, empty for none
  std::map<std::string, Image> images;  ///< by digest
  Time created_at;
};

struct Region {
  Place place;
  std::map<std::string, Cluster> clusters;
  std::map<std::string, Family> families;
  std::map<std::string, Repository> repositories;
  std::map<std::string, Tags> tags;  ///< by ARN, of ECS resources
};

/// Who a role lets in (its trust policy).
struct Trust {
  std::string principal;                   ///< ARN of a user or role, or an account's ":root"
  std::optional<std::string> external_id;  ///< what the caller must send
};

struct Role {
  std::string arn;
  std::string id;
  std::vector<Trust> trusts;
  Duration longest_session = std::chrono::hours(1);
  std::vector<std::string> denied_actions;  ///< such as "ecs:UpdateService"
};

/// Whom an access key speaks for.
struct Identity {
  std::string account;
  std::string arn;
  std::string user_id;
  std::string principal;  ///< what trust policies name: the user's, or the role's ARN
  bool is_session = false;
};

struct AccessKey {
  Identity identity;
  std::string secret;
  std::string session_token;
  std::optional<Time> expires;
};

struct World {
  std::map<Place, Region> regions;
  std::map<std::string, Role> roles;  ///< by ARN
  std::map<std::string, AccessKey> keys;
  std::vector<Misbehaviour> misbehaviours;

  Region& region(const Place& place) {
    Region& region = regions[place];
    region.place = place;
    return region;
  }
};

/// The primary deployment. A service has one from its creation on.
inline Deployment& primary_of(Service& service) { return service.deployments.front(); }
inline const Deployment& primary_of(const Service& service) { return service.deployments.front(); }
/// Null pointer when it is gone.
Deployment* find_deployment(Service&, std::string_view id);
ServiceDeployment* find_service_deployment(Service&, std::string_view arn);
/// The task definition of that ARN, active or not; null pointer when there is none.
const TaskDefinition* find_task_definition(const Region&, std::string_view arn);
/// Reads a deploymentConfiguration; absent members take AWS's defaults.
RolloutRules rollout_rules(const json::object& deployment_configuration);

}  // namespace slipway::sim
