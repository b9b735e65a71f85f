#include "storage/events.h"

#include "storage/list_query.h"
#include "storage/numbered_id.h"
#include "storage/queries.h"
#include "storage/tallies.h"

namespace slipway::storage {
namespace {

#define EVENT_COLUMNS                                                                                               \
  "number, occurred, category, space, user_id, username, message, subject, project, environment, tenant, details, " \
  "address, agent, identity"

struct Sql {
  Query append, find;
};
constexpr Sql kSql{
    .append = {"append event", "INSERT INTO events (" EVENT_COLUMNS
                               ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"},
    .find = {"find event", "SELECT " EVENT_COLUMNS " FROM events WHERE number = ?1"},
};

const ListQuery& event_list() {
  static const ListQuery list({
      .name = "events",
      .table = "events",
      .columns = EVENT_COLUMNS,
      .key = "number",
      .order = "number DESC",
      .filters = {{.column = "subject", .indexed = true, .many = true},
                  {.column = "project", .indexed = true, .many = true},
                  {.column = "user_id", .indexed = true, .many = true},
                  {.column = "category", .indexed = true, .many = true},
                  {.column = "environment", .many = true},
                  {.column = "tenant", .many = true},
                  {.column = "rtrim(subject, '0123456789')", .many = true},
                  {.column = "space", .indexed = true, .many = true}},
      .more = "(?9 < 0 OR occurred >= ?9) AND (?10 < 0 OR occurred <= ?10)",
      .more_parameters = 2,
      .tallied = true,
  });
  return list;
}

Event event_of(const Row& row) {
  return {.number = row.integer(0),
          .occurred = row.time(1),
          .category = row.string(2),
          .space = row.string(3),
          .user = row.string(4),
          .username = row.string(5),
          .message = row.string(6),
          .subject = row.string(7),
          .project = row.string(8),
          .environment = row.string(9),
          .tenant = row.string(10),
          .details = row.string(11),
          .origin = {row.string(12), row.string(13), row.string(14)}};
}

}  // namespace

void append_event(Txn& txn, Ids& ids, EventCategory category, const Event& event) {
  txn.run(kSql.append, {ids.next_number(txn, "Events"), to_micros(event.occurred), to_string(category), event.space,
                        event.user, event.username, event.message, event.subject, event.project, event.environment,
                        event.tenant, event.details, event.origin.address, event.origin.agent, event.origin.identity});
  count_in(txn, "events", event.space, 1);
}

Page<Event> list_events(Reader& reader, const EventFilter& filter, Slice slice) {
  const auto limit = [](const std::optional<Time>& time) { return time ? to_micros(*time) : std::int64_t{-1}; };
  const std::vector<Parameter> values{filter.subject.parameter(),
                                      filter.project.parameter(),
                                      filter.user.parameter(),
                                      filter.category.parameter(),
                                      filter.environment.parameter(),
                                      filter.tenant.parameter(),
                                      filter.subject_kind.parameter(),
                                      filter.space.parameter(),
                                      limit(filter.from),
                                      limit(filter.to)};
  if (!filter.ids) return event_list().page(reader, values, slice, event_of);
  return event_list().pick(reader, values, numbers_of(*filter.ids, kEventPrefix), slice, event_of);
}

std::optional<Event> find_event(Reader& reader, std::int64_t number) {
  return reader.one(kSql.find, {number}, event_of);
}

std::vector<Query> event_queries() {
  std::vector<Query> queries = members_of(kSql);
  for (const Query& query : event_list().queries()) queries.push_back(query);
  return queries;
}

}  // namespace slipway::storage
