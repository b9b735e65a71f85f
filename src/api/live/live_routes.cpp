#include "api/live/live_routes.h"

#include <charconv>
#include <optional>
#include <utility>

#include "api/delivery/delivery_call.h"
#include "api/live/live_streams.h"
#include "base/error.h"

namespace slipway::api {
namespace {

std::int64_t event_number(std::string_view text) {
  std::int64_t number = -1;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ptr != text.data() + text.size() || end.ec != std::errc() || number < 0) {
    fail_invalid("after, or the header Last-Event-ID, must be the id of an event: a whole number from 0 on.");
  }
  return number;
}

/// A browser that comes back repeats the address with the `after` it began with, and says in the header where it is.
std::optional<std::int64_t> last_seen(const Call& call) {
  if (const auto header = call.request.headers.find("Last-Event-ID"); header && !header->empty()) {
    return event_number(*header);
  }
  const auto after = call.query.find("after");
  return after && !after->empty() ? std::optional(event_number(*after)) : std::nullopt;
}

net::Response live(Call& call, storage::Reader&) {
  LiveStreams* streams = call.services.live;
  const auto after = last_seen(call);
  if (streams == nullptr || !streams->has_room()) {
    fail(ErrorCode::unavailable,
         "As many event streams are open as this server takes. Close one, or ask again with the same number later.");
  }
  net::Response response;
  response.body = ": events follow\n\n";  // for HEAD, whose answer is no stream
  response.headers.add("Content-Type", "text/event-stream; charset=utf-8");
  LiveFilter filter{wanted_spaces(call), ids_in(call, "projects")};
  response.stream = [streams, principal = call.principal, filter = std::move(filter),
                     after](std::shared_ptr<net::EventWriter> writer) {
    streams->add({principal, filter, after, std::move(writer)});
  };
  return response;
}

}  // namespace

std::vector<Route> live_routes() {
  return {
      Route{"GET", "live", std::string(kAuthenticated),
            "Streams what commits change, as server-sent events: the caller's own view, on from a number.", live,
            RouteScope::system}
          .with_query({{"after", QueryKind::text}, {"spaces", QueryKind::texts}, {"projects", QueryKind::texts}})
          .answers_text("text/event-stream")
          .linked("Live", LinkedFrom::both_roots),
  };
}

}  // namespace slipway::api
