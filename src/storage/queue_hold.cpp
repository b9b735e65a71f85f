#include "storage/queue_hold.h"

#include <fmt/format.h>

#include "base/describe.h"
#include "storage/queries.h"
#include "storage/resources.h"

namespace slipway::storage {
namespace {

constexpr std::string_view kRowId = "QueueHold-1";

/// A row like any other document's, but no resource.
struct Body {
  std::string Id{kRowId};
  std::string Reason;
  std::optional<Time> Since;
  bool StandsStill = false;
};
BOOST_DESCRIBE_STRUCT(Body, (), (Id, Reason, Since, StandsStill))

/// Alone, so that it can be asked of a database of any version.
struct Sql {
  Query body;
};
constexpr Sql kSql{.body = {"body of queue hold", "SELECT body FROM resources WHERE id = ?1"}};

}  // namespace

std::optional<QueueHold> queue_hold(Reader& reader) {
  const auto text = reader.one(kSql.body, {kRowId}, [](const Row& row) { return row.string(0); });
  if (!text) return std::nullopt;
  const Body body = json::from_json<Body>(json::parse(*text));
  return QueueHold{body.Reason, body.Since.value_or(Time{}), body.StandsStill};
}

void hold_queue(Txn& txn, const QueueHold& hold) {
  const Body body{std::string(kRowId), hold.reason, hold.since, hold.stands_still};
  auto row = find_resource(txn, kRowId);
  const bool is_new = !row;
  if (is_new) row = StoredResource{.id = std::string(kRowId), .type = std::string(kQueueHoldType)};
  row->body = json::to_text(json::to_json(body));
  is_new ? insert_resource(txn, *row) : update_resource(txn, *row);
}

bool release_queue(Txn& txn) {
  if (!find_resource(txn, kRowId)) return false;
  erase_resource(txn, kRowId);
  return true;
}

bool keeps_waiting(const QueueHold& hold, TaskState state) {
  return state == TaskState::Queued || (hold.stands_still && !is_final(state));
}

std::vector<Query> queue_hold_queries() { return members_of(kSql); }

std::string text_of(const QueueHold& hold) {
  return fmt::format(
      "The task queue is held since {}: {} Nothing starts until an administrator releases it "
      "(POST /api/taskqueue/release).",
      to_rfc3339(hold.since), hold.reason);
}

}  // namespace slipway::storage
