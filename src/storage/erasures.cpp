#include "storage/erasures.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "storage/journal.h"
#include "storage/numbered_id.h"
#include "storage/queries.h"
#include "storage/releases.h"
#include "storage/tallies.h"
#include "storage/task_log.h"
#include "storage/tasks.h"

namespace slipway::storage {
namespace {

// Rows that one slice touches: so few that whoever writes meanwhile hardly waits.
constexpr std::int64_t kHidden = 128, kErased = 16, kChunks = 64, kSmallRows = 256;

struct Sql {
  Query begin, next, find, go_on, end;
  Query hide_of_project, hide_of_release, hide_task, hide_releases;
  Query of_project, of_release, a_release, erase_states, erase_reached;
};
constexpr Sql kSql{
    .begin = {"begin erasure",
              "INSERT INTO erasures (subject, space, stage, below) VALUES (?1, ?2, 0, ?3)"
              " ON CONFLICT (subject) DO NOTHING"},
    .next = {"next erasure", "SELECT subject FROM erasures ORDER BY subject LIMIT 1"},
    .find = {"find erasure", "SELECT subject, space, stage, below FROM erasures WHERE subject = ?1"},
    .go_on = {"go on with erasure", "UPDATE erasures SET stage = ?2, below = ?3 WHERE subject = ?1"},
    .end = {"end erasure", "DELETE FROM erasures WHERE subject = ?1"},
    .hide_of_project = {"hide deployments of project",
                        "UPDATE deployments SET space = 'erased' WHERE number IN (SELECT number FROM deployments"
                        " WHERE project = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3) RETURNING number, task"},
    .hide_of_release = {"hide deployments of release",
                        "UPDATE deployments SET space = 'erased' WHERE number IN (SELECT number FROM deployments"
                        " WHERE release = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3) RETURNING number, task"},
    .hide_task = {"hide task", "UPDATE tasks SET space = 'erased' WHERE number = ?1"},
    .hide_releases = {"hide releases",
                      "UPDATE releases SET space = 'erased' WHERE number IN (SELECT number FROM releases"
                      " WHERE project = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3) RETURNING number, number"},
    .of_project = {"some deployments of project",
                   "SELECT number, task FROM deployments WHERE project = ?1 ORDER BY number LIMIT ?2"},
    .of_release = {"some deployments of release",
                   "SELECT number, task FROM deployments WHERE release = ?1 ORDER BY number LIMIT ?2"},
    .a_release = {"some release of project", "SELECT number FROM releases WHERE project = ?1 ORDER BY number LIMIT 1"},
    .erase_states = {"erase current states",
                     "DELETE FROM current_states WHERE project = ?1 AND (environment, tenant) IN"
                     " (SELECT environment, tenant FROM current_states WHERE project = ?1 LIMIT ?2)"},
    .erase_reached = {"erase some reached",
                      "DELETE FROM reached WHERE release = ?1 AND (tenant, environment) IN"
                      " (SELECT tenant, environment FROM reached WHERE release = ?1 LIMIT ?2)"},
};

/// What is done with a history, one after the other.
enum class Stage { hide_deployments, hide_releases, erase_deployments, erase_releases, erase_states, ended };

constexpr std::int64_t kAboveAll = std::numeric_limits<std::int64_t>::max();

struct Erasure {
  std::string subject, space;
  Stage stage = {};
  std::int64_t below = kAboveAll;  ///< the least number that is hidden

  std::optional<std::int64_t> release() const { return number_of(subject, kReleasePrefix); }
  /// What the statements about its deployments are asked with.
  Parameter owner() const { return release() ? Parameter(*release()) : Parameter(std::string_view(subject)); }
};

struct Numbers {
  std::int64_t row, task;
};
Numbers numbers_of_row(const Row& row) { return {row.integer(0), row.integer(1)}; }

/// One slice of one history. Each part returns whether nothing is left of it.
class Cut {
 public:
  Cut(Txn& txn, Vault& vault, Erasure& erasure) : txn_(txn), vault_(vault), erasure_(erasure) {}

  bool hide_deployments() {
    const auto hidden = hide(erasure_.release() ? kSql.hide_of_release : kSql.hide_of_project, "deployments");
    for (const Numbers& deployment : hidden) txn_.run(kSql.hide_task, {deployment.task});
    count_in(txn_, "tasks", erasure_.space, -static_cast<std::int64_t>(hidden.size()));
    return hidden.empty();
  }

  bool hide_releases() { return erasure_.release() || hide(kSql.hide_releases, "releases").empty(); }

  bool erase_deployments() {
    const auto some =
        txn_.all(erasure_.release() ? kSql.of_release : kSql.of_project, {erasure_.owner(), kErased}, numbers_of_row);
    for (const Numbers& deployment : some) {
      const std::string task = numbered_id(kTaskPrefix, deployment.task);
      if (!erase_log(txn_, task, kChunks)) return false;
      erase_units(txn_, task);
      erase_task(txn_, task);
      const std::string id = numbered_id(kDeploymentPrefix, deployment.row);
      erase_deployment(txn_, id);
      vault_.erase_owned_by(txn_, id);
    }
    return some.empty();
  }

  bool erase_releases() {
    if (erasure_.release()) return txn_.run(kSql.erase_reached, {*erasure_.release(), kSmallRows}) == 0;
    const auto release = txn_.one(kSql.a_release, {erasure_.owner()}, [](const Row& row) { return row.integer(0); });
    if (!release) return true;
    if (txn_.run(kSql.erase_reached, {*release, kSmallRows}) == 0) {
      erase_release(txn_, numbered_id(kReleasePrefix, *release));
    }
    return false;
  }

  bool erase_states() { return erasure_.release() || txn_.run(kSql.erase_states, {erasure_.owner(), kSmallRows}) == 0; }

 private:
  /// The next rows below what is hidden already.
  std::vector<Numbers> hide(const Query& query, std::string_view list) {
    auto hidden = txn_.all(query, {erasure_.owner(), erasure_.below, kHidden}, numbers_of_row);
    for (const Numbers& row : hidden) erasure_.below = std::min(erasure_.below, row.row);
    count_in(txn_, list, erasure_.space, -static_cast<std::int64_t>(hidden.size()));
    return hidden;
  }

  Txn& txn_;
  Vault& vault_;
  Erasure& erasure_;
};

constexpr bool (Cut::*kParts[])() = {&Cut::hide_deployments, &Cut::hide_releases, &Cut::erase_deployments,
                                     &Cut::erase_releases, &Cut::erase_states};

}  // namespace

void begin_erasure(Txn& txn, std::string_view subject, std::string_view space) {
  txn.run(kSql.begin, {subject, space, kAboveAll});
  txn.publish({.kind = Change::Kind::erasure, .id = std::string(subject)});
}

std::optional<std::string> next_erasure(Reader& reader) {
  return reader.one(kSql.next, {}, [](const Row& row) { return row.string(0); });
}

bool erase_slice(Txn& txn, Vault& vault, std::string_view subject) {
  auto erasure = txn.one(kSql.find, {subject}, [](const Row& row) {
    return Erasure{row.string(0), row.string(1), static_cast<Stage>(row.integer(2)), row.integer(3)};
  });
  if (!erasure) return false;
  Cut cut(txn, vault, *erasure);
  if ((cut.*kParts[static_cast<std::size_t>(erasure->stage)])()) {
    erasure->stage = static_cast<Stage>(static_cast<int>(erasure->stage) + 1);
    erasure->below = kAboveAll;
  }
  if (erasure->stage == Stage::ended) {
    txn.run(kSql.end, {subject});
    return false;
  }
  txn.run(kSql.go_on, {subject, static_cast<std::int64_t>(erasure->stage), erasure->below});
  return true;
}

std::vector<Query> erasure_queries() { return members_of(kSql); }

}  // namespace slipway::storage
