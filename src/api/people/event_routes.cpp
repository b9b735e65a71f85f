#include "api/people/event_routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/delivery/delivery_call.h"
#include "api/http/named_list.h"
#include "api/http/shape.h"
#include "api/people/document_kinds.h"
#include "base/error.h"
#include "base/text.h"
#include "storage/event_categories.h"
#include "storage/events.h"
#include "storage/numbered_id.h"

namespace slipway::api {
namespace {

using storage::Event;
using storage::Reader;

json::object event_json(const Event& event) {
  const std::string id = storage::numbered_id(storage::kEventPrefix, event.number);
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
          {"IdentityEstablishedWith", event.origin.identity},
          {"UserAgent", event.origin.agent},
          {"IpAddress", event.origin.address},
          {"Comments", nullptr},
          {"Details", nullptr},
          {"RelatedDocumentIds", std::move(related)},
          {"ChangeDetails", json::object{{"DocumentContext", nullptr}, {"Differences", differences}}},
          {"Links", json::object{{"Self", "/api/events/" + id}}}};
}

std::optional<Time> time_in(const net::Query& query, std::string_view name) {
  const auto text = query.find(name);
  if (!text || text->empty()) return std::nullopt;
  const auto time = parse_time(*text);
  if (!time) fail_invalid(fmt::format("{} must be a time such as 2024-05-01T02:03:04Z.", name));
  return time;
}

/// The ids that any of the parameters names.
std::vector<std::string> ids_in_any(const Call& call, std::initializer_list<std::string_view> parameters) {
  std::vector<std::string> all;
  for (const std::string_view parameter : parameters) {
    for (std::string& id : ids_in(call, parameter)) all.push_back(std::move(id));
  }
  return all;
}

storage::EventFilter filter_of(const Call& call) {
  storage::EventFilter filter;
  filter.space = wanted_spaces(call);
  filter.subject = ids_in_any(call, {"regarding", "regardingAny"});
  filter.project = ids_in(call, "projects");
  filter.environment = ids_in(call, "environments");
  filter.tenant = ids_in(call, "tenants");
  filter.user = ids_in_any(call, {"user", "users"});
  filter.category = call.query.list("eventCategories");
  std::vector<std::string> kinds;
  for (const std::string& kind : call.query.list("documentTypes")) {
    for (std::string& beginning : id_beginnings(call.services.catalogue, kind)) kinds.push_back(std::move(beginning));
  }
  filter.subject_kind = kinds;
  filter.from = time_in(call.query, "from");
  filter.to = time_in(call.query, "to");
  if (filter.from && filter.to && *filter.from > *filter.to) fail_invalid("from is later than to; swap them.");
  filter.ids = ids_of(call);
  return filter;
}

net::Response list(Call& call, Reader& reader) {
  const storage::Slice slice = slice_of(call.query);
  return page_of(call, "Event", storage::list_events(reader, filter_of(call), slice), slice, event_json);
}

net::Response get(Call& call, Reader& reader) {
  const std::string& id = call.parameter("id");
  const auto number = storage::number_of(id, storage::kEventPrefix);
  const auto event = number ? storage::find_event(reader, *number) : std::nullopt;
  if (!event || (call.has_space && event->space != call.space)) model::fail_unknown("resource", id);
  return json_response(200, event_json(*event));
}

/// `appliesTo`: kinds of documents.
net::Response categories(Call& call, Reader&) {
  const auto wanted = call.query.list("appliesTo");
  const auto known = document_kinds(call.services.catalogue);
  const auto applies = [&](const storage::DeclaredCategory& category) {
    return wanted.empty() || std::ranges::any_of(wanted, [&](const std::string& kind) {
             if (!category.applies_to.empty()) return equals_ignoring_case(kind, category.applies_to);
             return std::ranges::any_of(known, [&](const auto& k) { return equals_ignoring_case(kind, k); });
           });
  };
  std::vector<std::string_view> names;
  for (const storage::DeclaredCategory& category : storage::kEventCategories) {
    if (applies(category)) names.push_back(category.name);
  }
  return named_list(names);
}

net::Response kinds(Call& call, Reader&) {
  const auto known = document_kinds(call.services.catalogue);
  return named_list(std::vector<std::string_view>(known.begin(), known.end()));
}

}  // namespace

std::vector<Route> event_routes() {
  return {
      Route{"GET", "events", "EventView", "Lists who did what to which documents, newest first.", list,
            RouteScope::system}
          .with_query(paged({{"ids", QueryKind::texts},
                             {"spaces", QueryKind::texts},
                             {"regarding", QueryKind::texts},
                             {"regardingAny", QueryKind::texts},
                             {"projects", QueryKind::texts},
                             {"environments", QueryKind::texts},
                             {"tenants", QueryKind::texts},
                             {"user", QueryKind::texts},
                             {"users", QueryKind::texts},
                             {"eventCategories", QueryKind::texts},
                             {"documentTypes", QueryKind::texts},
                             {"from", QueryKind::time},
                             {"to", QueryKind::time}}))
          .answers(shape::page_of("Event"))
          .linked("Events", LinkedFrom::space_root),
      Route{"GET", "events/categories", "EventView", "The categories of audit entries.", categories, RouteScope::system}
          .with_query({{"appliesTo", QueryKind::texts}})
          .answers(named_list_shape())
          .linked("EventCategories", LinkedFrom::space_root),
      Route{"GET", "events/documenttypes", "EventView", "The kinds of documents that audit entries are about.", kinds,
            RouteScope::system}
          .answers(named_list_shape())
          .linked("EventDocumentTypes", LinkedFrom::space_root),
      Route{"GET", "events/{id}", "EventView", "One entry of the audit trail.", get, RouteScope::system}.answers(
          shape::one("Event")),
  };
}

}  // namespace slipway::api
