#include "sim/core/scenario.h"

#include <fmt/format.h>

#include "base/describe.h"
#include "base/error.h"
#include "sim/core/input_check.h"
#include "sim/ecr/registry.h"
#include "sim/ecs/ecs_services.h"
#include "sim/ecs/services.h"

namespace slipway::sim {

BOOST_DESCRIBE_ENUM(MisbehaviourKind, cannot_pull, crash_after_start, unhealthy)
BOOST_DESCRIBE_ENUM(FaultKind, throttle, server_error, lose_request, lose_reply, empty_reply, delay)

namespace {

// The file's form. Member names are the file's, hence camelBack.

struct KeyEntry {
  std::string user;
  std::string accessKeyId;
  std::string secretAccessKey;
};
BOOST_DESCRIBE_STRUCT(KeyEntry, (), (user, accessKeyId, secretAccessKey))

struct RoleEntry {
  std::string name;
  std::vector<std::string> trusts;
  std::optional<std::string> externalId;
  int maxSessionSeconds = 3600;
  std::vector<std::string> deniedActions;
};
BOOST_DESCRIBE_STRUCT(RoleEntry, (), (name, trusts, externalId, maxSessionSeconds, deniedActions))

struct ImageEntry {
  std::string account;
  std::string region;
  std::string repository;
  std::string tag;
  std::string digest;
};
BOOST_DESCRIBE_STRUCT(ImageEntry, (), (account, region, repository, tag, digest))

struct RepositoryEntry {
  std::string name;
  std::vector<std::string> pullableBy;
  std::vector<ImageEntry> images;
};
BOOST_DESCRIBE_STRUCT(RepositoryEntry, (), (name, pullableBy, images))

struct ClusterEntry {
  std::string name;
  std::optional<int> capacity;
};
BOOST_DESCRIBE_STRUCT(ClusterEntry, (), (name, capacity))

struct AccountEntry {
  std::string id;
  std::string region;
  std::vector<KeyEntry> accessKeys;
  std::vector<RoleEntry> roles;
  std::vector<RepositoryEntry> repositories;
  std::vector<ClusterEntry> clusters;
  std::vector<json::value> taskDefinitions;  // as RegisterTaskDefinition takes them
  std::vector<json::value> services;         // as CreateService takes them
};
BOOST_DESCRIBE_STRUCT(AccountEntry, (),
                      (id, region, accessKeys, roles, repositories, clusters, taskDefinitions, services))

struct ScenarioEntry {
  std::string region = "eu-west-1";
  std::vector<AccountEntry> accounts;
  std::vector<json::value> behaviours;
  std::vector<json::value> faults;
};
BOOST_DESCRIBE_STRUCT(ScenarioEntry, (), (region, accounts, behaviours, faults))

struct BehaviourEntry {
  std::string image;
  std::string account;
  MisbehaviourKind behaviour = MisbehaviourKind::cannot_pull;
  int exitCode = 1;
  double afterSeconds = 5;
};
BOOST_DESCRIBE_STRUCT(BehaviourEntry, (), (image, account, behaviour, exitCode, afterSeconds))

/// The kinds of FaultKind, and those that change a place instead of meeting a call.
enum class FaultName {
  throttle,
  server_error,
  lose_request,
  lose_reply,
  empty_reply,
  delay,
  describe_lag,
  no_capacity,
  capacity_restored
};
BOOST_DESCRIBE_ENUM(FaultName, throttle, server_error, lose_request, lose_reply, empty_reply, delay, describe_lag,
                    no_capacity, capacity_restored)

struct FaultEntry {
  FaultName kind = FaultName::throttle;
  std::string operation;
  std::string account;
  std::string region;
  std::string cluster;
  int count = 1;
  double seconds = 0;
};
BOOST_DESCRIBE_STRUCT(FaultEntry, (), (kind, operation, account, region, cluster, count, seconds))

Duration seconds(double count) { return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(count)); }

void require(const std::string& value, std::string_view member) {
  if (value.empty()) fail_invalid(fmt::format("{} must not be empty.", member));
}

void add_key(World& world, const std::string& account, const KeyEntry& entry) {
  require(entry.accessKeyId, "accessKeyId");
  require(entry.secretAccessKey, "secretAccessKey");
  AccessKey key;
  key.identity.account = account;
  key.identity.arn = key.identity.principal = fmt::format("arn:aws:iam::{}:user/{}", account, entry.user);
  key.identity.user_id = "AIDA" + entry.accessKeyId.substr(std::min<std::size_t>(4, entry.accessKeyId.size()));
  key.secret = entry.secretAccessKey;
  world.keys[entry.accessKeyId] = std::move(key);
}

void add_role(Clouds& clouds, const std::string& account, const RoleEntry& entry) {
  require(entry.name, "roles.name");
  Role role;
  role.arn = fmt::format("arn:aws:iam::{}:role/{}", account, entry.name);
  role.id = "AROA" + clouds.random.text(17, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
  for (const std::string& principal : entry.trusts) role.trusts.push_back({principal, entry.externalId});
  role.longest_session = std::chrono::seconds(entry.maxSessionSeconds);
  role.denied_actions = entry.deniedActions;
  clouds.world.roles[role.arn] = std::move(role);
}

/// The repository policy with which other accounts may pull and look (ECR guide, "Private repository policies").
std::string policy_for(const std::vector<std::string>& accounts) {
  json::array principals;
  for (const std::string& account : accounts) {
    principals.emplace_back(std::string_view(fmt::format("arn:aws:iam::{}:root", account)));
  }
  const json::object statement{{"Effect", "Allow"},
                               {"Principal", {{"AWS", std::move(principals)}}},
                               {"Action", json::array{"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
                                                      "ecr:BatchCheckLayerAvailability", "ecr:DescribeImages"}}};
  return json::to_text(json::object{{"Version", "2012-10-17"}, {"Statement", json::array{statement}}});
}

void add_repository(Region& region, const RepositoryEntry& entry, Time now) {
  require(entry.name, "repositories.name");
  Repository& repository = create_repository(region, entry.name, now);
  if (!entry.pullableBy.empty()) repository.policy = policy_for(entry.pullableBy);
  for (const ImageEntry& image : entry.images) put_image(repository, image.digest, image.tag, now);
}

/// `input` as the operation takes it, called by the account's root user.
void perform(Clouds& clouds, const Place& place, std::string_view name, json::object (*operation)(Call&),
             const json::object& given, Time now) {
  const Identity owner{place.account, fmt::format("arn:aws:iam::{}:root", place.account), place.account,
                       fmt::format("arn:aws:iam::{}:root", place.account), false};
  Region& region = clouds.world.region(place);
  try {
    const json::object input = checked_input("ecs", name, given);
    Call call{clouds.world, clouds.fleet, clouds.random, owner, region, region, input, now};
    operation(call);
  } catch (const AwsError& error) {
    fail_invalid(fmt::format("AWS would refuse it: {}: {}", error.code(), error.message()));
  }
}

void set_full(Clouds& clouds, const Place& place, const std::string& cluster, bool full) {
  auto& clusters = clouds.world.region(place).clusters;
  const auto found = clusters.find(cluster);
  if (found == clusters.end())
    fail_invalid(fmt::format("cluster '{}' does not exist in account '{}'.", cluster, place.account));
  found->second.full = full;
}

const json::object& as_object(const json::value& entry, std::string_view list) {
  if (!entry.is_object()) fail_invalid(fmt::format("{} must hold objects.", list));
  return entry.get_object();
}

void add_account(Clouds& clouds, const AccountEntry& entry, const std::string& default_region, Time now) {
  require(entry.id, "accounts.id");
  const Place place{entry.id, entry.region.empty() ? default_region : entry.region};
  if (!is_region(place.region)) fail_invalid(fmt::format("'{}' is no region of AWS.", place.region));
  Region& region = clouds.world.region(place);
  for (const KeyEntry& key : entry.accessKeys) add_key(clouds.world, entry.id, key);
  for (const RoleEntry& role : entry.roles) add_role(clouds, entry.id, role);
  for (const RepositoryEntry& repository : entry.repositories) add_repository(region, repository, now);
  for (const ClusterEntry& cluster : entry.clusters) {
    Cluster& made = region.clusters[cluster.name];
    made.name = cluster.name;
    made.arn = ecs_arn(place, "cluster/" + cluster.name);
    made.capacity = cluster.capacity;
  }
  for (const json::value& definition : entry.taskDefinitions) {
    perform(
        clouds, place, "RegisterTaskDefinition",
        [](Call& call) {
          register_task_definition(call.region, call.input, call.caller.arn, call.now);
          return json::object{};
        },
        as_object(definition, "taskDefinitions"), now);
  }
}

void add_services(Clouds& clouds, const AccountEntry& entry, const std::string& default_region, Time now) {
  const Place place{entry.id, entry.region.empty() ? default_region : entry.region};
  for (const json::value& item : entry.services) {
    const json::object& input = as_object(item, "services");
    perform(clouds, place, "CreateService", create_service, input, now);
    Cluster& cluster = clouds.world.region(place).clusters.at(text_or(input, "cluster", "default"));
    Service& service = cluster.services.at(text_or(input, "serviceName"));
    if (const auto refusal = clouds.fleet.settle(place, service, now)) {
      fail_invalid(
          fmt::format("The tasks of service '{}' in account {} can't run: {}", service.name, entry.id, *refusal));
    }
  }
}

}  // namespace

void add_image(Clouds& clouds, const json::value& value, const std::string& default_region, Time now) {
  const auto entry = json::from_json<ImageEntry>(value);
  require(entry.account, "account");
  require(entry.repository, "repository");
  Region& region = clouds.world.region({entry.account, entry.region.empty() ? default_region : entry.region});
  const auto existing = region.repositories.find(entry.repository);
  Repository& repository =
      existing == region.repositories.end() ? create_repository(region, entry.repository, now) : existing->second;
  put_image(repository, entry.digest, entry.tag, now);
}

void add_misbehaviour(Clouds& clouds, const json::value& value) {
  const auto entry = json::from_json<BehaviourEntry>(value);
  require(entry.image, "image");
  clouds.world.misbehaviours.push_back(
      {entry.behaviour, entry.image, entry.account, entry.exitCode, seconds(entry.afterSeconds)});
}

void add_fault(Clouds& clouds, const json::value& value, const std::string& default_region, Time now) {
  const auto entry = json::from_json<FaultEntry>(value);
  const Place place{entry.account, entry.region.empty() ? default_region : entry.region};
  switch (entry.kind) {
    case FaultName::describe_lag:
      require(entry.account, "account");
      clouds.history.set_lag(clouds.world.region(place), seconds(entry.seconds), now);
      return;
    case FaultName::no_capacity:
      set_full(clouds, place, entry.cluster, true);
      return;
    case FaultName::capacity_restored:
      set_full(clouds, place, entry.cluster, false);
      return;
    default:
      if (!entry.operation.empty() && !is_simulated(entry.operation)) {
        fail_invalid(
            fmt::format("operation '{}' is not simulated; GET /_sim/operations lists what is.", entry.operation));
      }
      clouds.faults.add({*json::enum_of<FaultKind>(json::name_of(entry.kind)), entry.operation, entry.account,
                         entry.region, entry.count, seconds(entry.seconds)});
  }
}

void load_scenario(Clouds& clouds, const json::object& scenario, Time now) {
  const auto entry = json::from_json<ScenarioEntry>(json::value(scenario));
  for (const AccountEntry& account : entry.accounts) add_account(clouds, account, entry.region, now);
  // After all accounts, because tasks pull from each other's registries.
  for (const AccountEntry& account : entry.accounts) add_services(clouds, account, entry.region, now);
  for (const json::value& behaviour : entry.behaviours) add_misbehaviour(clouds, behaviour);
  for (const json::value& fault : entry.faults) add_fault(clouds, fault, entry.region, now);
}

}  // namespace slipway::sim
