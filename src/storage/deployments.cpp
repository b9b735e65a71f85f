#include "storage/batch.h"
#include "storage/erasures.h"
#include "storage/list_query.h"
#include "storage/numbered_id.h"
#include "storage/queries.h"
#include "storage/releases.h"
#include "storage/tallies.h"

namespace slipway::storage {
namespace {

#define DEPLOYMENT_COLUMNS \
  "number, space, release, project, environment, tenant, channel, task, created, deployed_by, body"
#define STATE_COLUMNS \
  "project, environment, tenant, last_deployment, last_success, last_success_release, previous_success"

struct Sql {
  Query insert, find, find_many, erase, attempt_ended, success_ended, reach, state, states, all_states, reached;
};
constexpr Sql kSql{
    .insert = {"insert deployment", "INSERT INTO deployments (" DEPLOYMENT_COLUMNS
                                    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"},
    .find = {"find deployment",
             "SELECT " DEPLOYMENT_COLUMNS " FROM deployments WHERE number = ?1 AND space <> 'erased'"},
    .find_many = {"find deployments", "SELECT " DEPLOYMENT_COLUMNS " FROM deployments WHERE number IN (" KEYS_OF_A_BATCH
                                      ") AND space <> 'erased'"},
    .erase = {"erase deployment", "DELETE FROM deployments WHERE number = ?1 RETURNING space, project"},
    .attempt_ended = {"record attempt", "INSERT INTO current_states (" STATE_COLUMNS
                                        ") VALUES (?1, ?2, ?3, ?4, 0, 0, 0) ON CONFLICT (project, environment, tenant)"
                                        " DO UPDATE SET last_deployment = excluded.last_deployment"},
    .success_ended = {"record success",
                      "INSERT INTO current_states (" STATE_COLUMNS
                      ") VALUES (?1, ?2, ?3, ?4, ?4, ?5, 0) ON CONFLICT (project, environment, tenant)"
                      " DO UPDATE SET last_deployment = excluded.last_deployment,"
                      " previous_success = current_states.last_success, last_success = excluded.last_success,"
                      " last_success_release = excluded.last_success_release"},
    .reach = {"record reached",
              "INSERT INTO reached (release, tenant, environment) VALUES (?1, ?2, ?3)"
              " ON CONFLICT (release, tenant, environment) DO NOTHING"},
    .state = {"current state",
              "SELECT " STATE_COLUMNS " FROM current_states WHERE project = ?1 AND environment = ?2 AND tenant = ?3"},
    .states = {"current states of project", "SELECT " STATE_COLUMNS " FROM current_states WHERE project = ?1"
                                            " ORDER BY project, environment, tenant"},
    .all_states = {"all current states",
                   "SELECT " STATE_COLUMNS " FROM current_states ORDER BY project, environment, tenant"},
    .reached = {"environments reached",
                "SELECT environment FROM reached WHERE release = ?1 AND tenant = ?2 ORDER BY environment"},
};

const ListQuery& deployment_list() {
  static const ListQuery list({
      .name = "deployments",
      .table = "deployments",
      .columns = DEPLOYMENT_COLUMNS,
      .key = "number",
      .order = "number DESC",
      .filters = {{.column = "release", .indexed = true, .is_number = true},
                  {.column = "tenant", .indexed = true, .many = true},
                  {.column = "project", .indexed = true, .many = true},
                  {.column = "environment", .indexed = true, .many = true},
                  {.column = "channel", .many = true},
                  {.column = "space", .indexed = true, .many = true}},
      .always = "space <> 'erased'",
      .more = "(?7 < 0 OR EXISTS (SELECT 1 FROM tasks WHERE tasks.number = deployments.task"
              " AND tasks.state IN (?7, ?8, ?9, ?10, ?11, ?12, ?13)))",
      .more_parameters = kTaskStates,
      .tallied = true,
  });
  return list;
}

DeploymentRecord deployment_of(const Row& row) {
  return {.id = numbered_id(kDeploymentPrefix, row.integer(0)),
          .space = row.string(1),
          .release = numbered_id(kReleasePrefix, row.integer(2)),
          .project = row.string(3),
          .environment = row.string(4),
          .tenant = row.string(5),
          .channel = row.string(6),
          .task = numbered_id(kTaskPrefix, row.integer(7)),
          .created = row.time(8),
          .deployed_by = row.string(9),
          .body = row.string(10)};
}

CurrentState state_of(const Row& row) {
  return {.project = row.string(0),
          .environment = row.string(1),
          .tenant = row.string(2),
          .last_deployment = numbered_id(kDeploymentPrefix, row.integer(3)),
          .last_success = numbered_id(kDeploymentPrefix, row.integer(4)),
          .last_success_release = numbered_id(kReleasePrefix, row.integer(5)),
          .previous_success = numbered_id(kDeploymentPrefix, row.integer(6))};
}

std::int64_t number_of_deployment(std::string_view id) { return number_of(id, kDeploymentPrefix).value_or(0); }

/// For a filter: a text that is no id of a release matches nothing, "" does not restrict.
std::int64_t release_to_match(std::string_view id) {
  return id.empty() ? -1 : number_of(id, kReleasePrefix).value_or(0);
}

Change change_of(std::string_view id, std::string_view space, std::string_view project) {
  return {.kind = Change::Kind::deployment,
          .id = std::string(id),
          .space = std::string(space),
          .project = std::string(project)};
}

}  // namespace

void insert_deployment(Txn& txn, const DeploymentRecord& deployment) {
  txn.run(kSql.insert, {stored_number(deployment.id, kDeploymentPrefix), deployment.space,
                        stored_number(deployment.release, kReleasePrefix), deployment.project, deployment.environment,
                        deployment.tenant, deployment.channel, stored_number(deployment.task, kTaskPrefix),
                        to_micros(deployment.created), deployment.deployed_by, deployment.body});
  count_in(txn, "deployments", deployment.space, 1);
  txn.publish(change_of(deployment.id, deployment.space, deployment.project));
}

std::optional<DeploymentRecord> find_deployment(Reader& reader, std::string_view id) {
  return reader.one(kSql.find, {number_of_deployment(id)}, deployment_of);
}
std::vector<DeploymentRecord> find_deployments(Reader& reader, const std::vector<std::string>& ids) {
  std::vector<Parameter> keys;
  for (const std::string& id : ids) keys.emplace_back(number_of_deployment(id));
  return rows_of(reader, kSql.find_many, std::move(keys), deployment_of);
}

Page<DeploymentRecord> list_deployments(Reader& reader, const DeploymentFilter& filter, Slice slice) {
  std::vector<Parameter> values{release_to_match(filter.release), filter.tenant.parameter(),
                                filter.project.parameter(),       filter.environment.parameter(),
                                filter.channel.parameter(),       filter.space.parameter()};
  add_states(values, filter.states);
  if (!filter.ids) return deployment_list().page(reader, values, slice, deployment_of);
  return deployment_list().pick(reader, values, numbers_of(*filter.ids, kDeploymentPrefix), slice, deployment_of);
}

void erase_deployment(Txn& txn, std::string_view id) {
  auto change = txn.one(kSql.erase, {number_of_deployment(id)},
                        [&](const Row& row) { return change_of(id, row.text(0), row.text(1)); });
  if (!change) return;
  count_in(txn, "deployments", change->space, -1);
  if (change->space == kErasedSpace) return;  // that it is gone was told of what it went with
  change->is_gone = true;
  txn.publish(std::move(*change));
}

void record_ended(Txn& txn, const DeploymentRecord& deployment, bool success) {
  const auto number = stored_number(deployment.id, kDeploymentPrefix);
  if (success) {
    const auto release = stored_number(deployment.release, kReleasePrefix);
    txn.run(kSql.success_ended, {deployment.project, deployment.environment, deployment.tenant, number, release});
    txn.run(kSql.reach, {release, deployment.tenant, deployment.environment});
  } else {
    txn.run(kSql.attempt_ended, {deployment.project, deployment.environment, deployment.tenant, number});
  }
  txn.publish(change_of(deployment.id, deployment.space, deployment.project));
}

std::optional<CurrentState> current_state(Reader& reader, std::string_view project, std::string_view environment,
                                          std::string_view tenant) {
  return reader.one(kSql.state, {project, environment, tenant}, state_of);
}

std::vector<CurrentState> current_states(Reader& reader, std::string_view project) {
  return project.empty() ? reader.all(kSql.all_states, {}, state_of) : reader.all(kSql.states, {project}, state_of);
}

std::vector<std::string> environments_reached(Reader& reader, std::string_view release, std::string_view tenant) {
  return reader.all(kSql.reached, {number_of(release, kReleasePrefix).value_or(0), tenant},
                    [](const Row& row) { return row.string(0); });
}

std::vector<Query> deployment_queries() {
  std::vector<Query> queries = members_of(kSql);
  for (const Query& query : deployment_list().queries()) queries.push_back(query);
  return queries;
}

}  // namespace slipway::storage
