#include "api/people/event_routes.h"

#include <fmt/format.h>

#include "api/delivery/delivery_call.h"
#include "api/http/shape.h"
#include "base/error.h"
#include "base/text.h"
#include "model/ids.h"
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

/// A kind of document, "Projects", as its ids begin: "Projects-". Ids that are made of an owner's begin with both:
/// "variableset-Projects-".
std::vector<std::string> beginnings_of(const std::string& kind, const model::Catalogue& catalogue) {
  std::vector<std::string> beginnings;
  for (const model::Schema& schema : catalogue.all()) {
    const bool is_meant =
        equals_ignoring_case(kind, schema.collection) || equals_ignoring_case(kind, schema.type + "s");
    if (!is_meant || schema.id_form.empty()) continue;
    for (const std::string& owner : schema.find_field(schema.parent)->targets) {
      beginnings.push_back(schema.id_form.substr(0, schema.id_form.find('<')) + catalogue.get(owner).id_prefix + "-");
    }
  }
  if (!beginnings.empty()) return beginnings;
  std::string id = model::canonical_id(kind + "-1");
  id.pop_back();
  return {id};
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
    for (std::string& beginning : beginnings_of(kind, call.services.catalogue)) kinds.push_back(std::move(beginning));
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
  if (!event || (call.has_space && event->space != call.space)) commands::fail_unknown("resource", id);
  return json_response(200, event_json(*event));
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
          .answers(shape::page_of("Event")),
      Route{"GET", "events/{id}", "EventView", "One entry of the audit trail.", get, RouteScope::system}.answers(
          shape::one("Event")),
  };
}

}  // namespace slipway::api
