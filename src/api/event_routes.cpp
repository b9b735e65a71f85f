#include "api/event_routes.h"

#include <fmt/format.h>

#include <charconv>

#include "api/paging.h"
#include "base/error.h"
#include "storage/events.h"

namespace slipway::api {
namespace {

using storage::Event;
using storage::Reader;

constexpr std::string_view id_prefix = "Events-";

json::object event_json(const Event& event) {
  const std::string id = fmt::format("{}{}", id_prefix, event.number);
  json::array related;
  for (const std::string& document : {event.subject, event.project, event.environment, event.tenant}) {
    if (!document.empty()) related.emplace_back(document);
  }
  const json::value differences = event.details.empty() ? json::value(nullptr) : json::parse(event.details);
  return {{"Id", id},
          {"SpaceId", event.space.empty() ? json::value(nullptr) : json::value(event.space)},
          {"Category", event.category},
          {"Message", event.message},
          {"MessageHtml", nullptr},
          {"MessageReferences", json::array()},
          {"Occurred", to_rfc3339(event.occurred)},
          {"UserId", event.user},
          {"Username", event.username},
          {"IsService", false},
          {"IdentityEstablishedWith", ""},
          {"UserAgent", ""},
          {"Comments", nullptr},
          {"Details", nullptr},
          {"RelatedDocumentIds", std::move(related)},
          {"ChangeDetails", json::object{{"DocumentContext", nullptr}, {"Differences", differences}}},
          {"Links", json::object{{"Self", "/api/events/" + id}}}};
}

/// The value where the query names exactly one; several don't restrict, since a list may show more than was asked for.
std::string only_value(const net::Query& query, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const auto values = query.list(name);
    if (values.size() == 1) return values.front();
  }
  return {};
}

net::Response list(Call& call, Reader& reader) {
  storage::EventFilter filter;
  if (call.has_space) filter.space = call.space;
  filter.subject = only_value(call.query, {"regarding"});
  filter.project = only_value(call.query, {"projects"});
  filter.category = only_value(call.query, {"eventCategories"});
  filter.user = only_value(call.query, {"users", "user"});
  const storage::Slice slice = slice_of(call.query);
  const auto events = storage::list_events(reader, filter, slice);
  std::vector<std::string> items;
  for (const Event& event : events.items) items.push_back(json::to_text(event_json(event)));
  return page_response(call, "Event", items, events.total, slice);
}

net::Response get(Call& call, Reader& reader) {
  const std::string& id = call.parameter("id");
  std::int64_t number = 0;
  const char* end = id.data() + id.size();
  const bool is_id = id.starts_with(id_prefix) && std::from_chars(id.data() + id_prefix.size(), end, number).ptr == end;
  const auto event = is_id ? storage::find_event(reader, number) : std::nullopt;
  if (!event) fail_not_found(fmt::format("The resource '{}' was not found.", id));
  return json_response(200, event_json(*event));
}

}  // namespace

std::vector<Route> event_routes() {
  return {
      {"GET", "events", "EventView", "Lists who did what to which documents, newest first.", list, RouteScope::system},
      {"GET", "events/{id}", "EventView", "One entry of the audit trail.", get, RouteScope::system},
  };
}

}  // namespace slipway::api
