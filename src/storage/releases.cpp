#include "storage/releases.h"

#include <fmt/format.h>

#include "base/error.h"
#include "storage/batch.h"
#include "storage/erasures.h"
#include "storage/list_query.h"
#include "storage/numbered_id.h"
#include "storage/queries.h"
#include "storage/tallies.h"

namespace slipway::storage {
namespace {

#define RELEASE_COLUMNS \
  "number, space, project, channel, version, version_key, assembled, process_snapshot, variables_snapshot, body"

struct Sql {
  Query insert, update, version_taken, erase, erase_reached, find, find_many, find_by_version, latest,
      latest_of_channel, before;
};
constexpr Sql kSql{
    .insert = {"insert release",
               "INSERT INTO releases (" RELEASE_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
               " ON CONFLICT (project, version_key) DO NOTHING"},
    .update = {"update release",
               "UPDATE releases SET channel = ?2, version = ?3, version_key = ?4, process_snapshot = ?5,"
               " variables_snapshot = ?6, body = ?7 WHERE number = ?1"},
    .version_taken = {"release version taken",
                      "SELECT 1 FROM releases WHERE project = ?1 AND version_key = ?2 AND number <> ?3"},
    .erase = {"erase release", "DELETE FROM releases WHERE number = ?1 RETURNING space, project"},
    .erase_reached = {"erase reached", "DELETE FROM reached WHERE release = ?1"},
    .find = {"find release", "SELECT " RELEASE_COLUMNS " FROM releases WHERE number = ?1 AND space <> 'erased'"},
    .find_many = {"find releases", "SELECT " RELEASE_COLUMNS " FROM releases WHERE number IN (" KEYS_OF_A_BATCH
                                   ") AND space <> 'erased'"},
    .find_by_version = {"find release by version",
                        "SELECT " RELEASE_COLUMNS " FROM releases WHERE project = ?1 AND version_key = ?2"},
    .latest = {"latest release",
               "SELECT " RELEASE_COLUMNS " FROM releases WHERE project = ?1 ORDER BY number DESC LIMIT 1"},
    .latest_of_channel = {"latest release of channel",
                          "SELECT " RELEASE_COLUMNS " FROM releases WHERE channel = ?2 AND project = ?1"
                          " ORDER BY number DESC LIMIT 1"},
    .before = {"release before", "SELECT " RELEASE_COLUMNS " FROM releases WHERE project = ?1 AND number < ?2"
                                 " ORDER BY number DESC LIMIT 1"},
};

const ListQuery& release_list() {
  static const ListQuery list({
      .name = "releases",
      .table = "releases",
      .columns = RELEASE_COLUMNS,
      .key = "number",
      .order = "number DESC",
      .filters = {{.column = "channel", .indexed = true},
                  {.column = "project", .indexed = true},
                  {.column = "space", .indexed = true}},
      .always = "space <> 'erased'",
      .tallied = true,
  });
  return list;
}

ReleaseRecord release_of(const Row& row) {
  return {.id = numbered_id(kReleasePrefix, row.integer(0)),
          .space = row.string(1),
          .project = row.string(2),
          .channel = row.string(3),
          .version = row.string(4),
          .version_key = row.string(5),
          .assembled = row.time(6),
          .process_snapshot = row.string(7),
          .variables_snapshot = row.string(8),
          .body = row.string(9)};
}

std::int64_t number_of_release(std::string_view id) { return number_of(id, kReleasePrefix).value_or(0); }

[[noreturn]] void fail_taken(const ReleaseRecord& release) {
  fail(ErrorCode::conflict, fmt::format("Release {} already exists for this project. Use another version, or edit the "
                                        "release that has it.",
                                        release.version));
}

Change change_of(std::string_view id, std::string_view space, std::string_view project) {
  return {.kind = Change::Kind::release,
          .id = std::string(id),
          .space = std::string(space),
          .project = std::string(project)};
}

}  // namespace

void insert_release(Txn& txn, const ReleaseRecord& release) {
  const auto inserted =
      txn.run(kSql.insert, {stored_number(release.id, kReleasePrefix), release.space, release.project, release.channel,
                            release.version, release.version_key, to_micros(release.assembled),
                            release.process_snapshot, release.variables_snapshot, release.body});
  if (inserted == 0) fail_taken(release);
  count_in(txn, "releases", release.space, 1);
  txn.publish(change_of(release.id, release.space, release.project));
}

void update_release(Txn& txn, const ReleaseRecord& release) {
  const auto number = number_of_release(release.id);
  const bool taken =
      txn.one(kSql.version_taken, {release.project, release.version_key, number}, [](const Row&) { return true; })
          .has_value();
  if (taken) fail_taken(release);
  const auto updated = txn.run(kSql.update, {number, release.channel, release.version, release.version_key,
                                             release.process_snapshot, release.variables_snapshot, release.body});
  if (updated == 0) fail_not_found(fmt::format("Release {} does not exist any more.", release.id));
  txn.publish(change_of(release.id, release.space, release.project));
}

void erase_release(Txn& txn, std::string_view id) {
  const auto number = number_of_release(id);
  auto change = txn.one(kSql.erase, {number}, [&](const Row& row) { return change_of(id, row.text(0), row.text(1)); });
  if (!change) return;
  txn.run(kSql.erase_reached, {number});
  count_in(txn, "releases", change->space, -1);
  if (change->space == kErasedSpace) return;  // that it is gone was told of what it went with
  change->is_gone = true;
  txn.publish(std::move(*change));
}

std::optional<ReleaseRecord> find_release(Reader& reader, std::string_view id) {
  return reader.one(kSql.find, {number_of_release(id)}, release_of);
}
std::vector<ReleaseRecord> find_releases(Reader& reader, const std::vector<std::string>& ids) {
  std::vector<Parameter> keys;
  for (const std::string& id : ids) keys.emplace_back(number_of_release(id));
  return rows_of(reader, kSql.find_many, std::move(keys), release_of);
}

std::optional<ReleaseRecord> find_release_by_version(Reader& reader, std::string_view project,
                                                     std::string_view version_key) {
  return reader.one(kSql.find_by_version, {project, version_key}, release_of);
}

std::optional<ReleaseRecord> latest_release(Reader& reader, std::string_view project, std::string_view channel) {
  if (channel.empty()) return reader.one(kSql.latest, {project}, release_of);
  return reader.one(kSql.latest_of_channel, {project, channel}, release_of);
}

std::optional<ReleaseRecord> release_before(Reader& reader, std::string_view project, std::string_view id) {
  return reader.one(kSql.before, {project, number_of_release(id)}, release_of);
}

Page<ReleaseRecord> list_releases(Reader& reader, const ReleaseFilter& filter, Slice slice) {
  const std::vector<Parameter> values{std::string_view(filter.channel), std::string_view(filter.project),
                                      std::string_view(filter.space)};
  if (!filter.ids) return release_list().page(reader, values, slice, release_of);
  return release_list().pick(reader, values, numbers_of(*filter.ids, kReleasePrefix), slice, release_of);
}

std::vector<Query> release_queries() {
  std::vector<Query> queries = members_of(kSql);
  for (const Query& query : release_list().queries()) queries.push_back(query);
  return queries;
}

}  // namespace slipway::storage
