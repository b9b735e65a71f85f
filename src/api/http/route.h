// The route table: each entry says what it answers, to whom, and how it is documented. Areas of the API are functions
// that return entries (routes.h collects them); permissions and the OpenAPI document follow from them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "api/http/call.h"
#include "base/json.h"
#include "net/http.h"
#include "storage/database.h"

namespace slipway::api {

/// Answers from one consistent snapshot: runs inside the read that also authenticated the caller. Must not call out.
using ReadHandler = std::function<net::Response(Call&, storage::Reader&)>;
/// Opens its own reads and writes. Must not call out.
using ActHandler = std::function<net::Response(Call&)>;
/// One that may also ask others outside, such as feeds, between its reads and writes, until the call's deadline. Its
/// requests wait on threads of their own, so that a peer that hangs holds up nobody else.
struct OutwardHandler {
  ActHandler act;
};
using RouteHandler = std::variant<ReadHandler, ActHandler, OutwardHandler>;

enum class RouteScope {
  space,   ///< belongs to a space: the addressed one, else the default one
  system,  ///< belongs to the server; a space in the address is allowed and told by Call::has_space
};

/// Permissions that are no permission of a role.
inline constexpr std::string_view kAnyone = "";              ///< even without a key
inline constexpr std::string_view kAuthenticated = "(any)";  ///< whoever has a key

enum class QueryKind {
  text,
  texts,   ///< several: comma-joined or repeated
  number,  ///< a whole number
  flag,    ///< true or false
  time,    ///< RFC 3339
};

/// A parameter of the query.
struct QueryParameter {
  std::string name;
  QueryKind kind = QueryKind::text;
};

using QueryParameters = std::vector<QueryParameter>;

/// Those of every page, and what else a list takes.
QueryParameters paged(QueryParameters more = {});

/// Which roots link to a route.
enum class LinkedFrom {
  its_root,    ///< that of the space or of the server, whichever the route belongs to
  space_root,  ///< that of the space alone, though the route belongs to the server: it tells spaces apart
  both_roots,
};

struct Route {
  std::string method;
  /// Segments after the prefix, "projects/{project}/channels/{id}". Literals match ignoring case; a parameter matches
  /// one still-encoded segment.
  std::string pattern;
  std::string permission;
  std::string summary;  ///< a sentence for the OpenAPI document
  RouteHandler handler;
  RouteScope scope = RouteScope::space;
  QueryParameters query = {};  ///< all that its handler can read: what is not declared here is not in Call::query
  /// How its body and the answer to a success look (api/http/shape.h). A POST or PUT has a body; all but texts an
  /// answer.
  std::optional<json::object> body = {}, answer = {};
  std::vector<int> statuses = {200};       ///< of a success
  std::string media = "application/json";  ///< of the answer
  std::string link = {};                   ///< what roots call their link to it; "" = none
  LinkedFrom linked_from = LinkedFrom::its_root;

  bool calls_out() const { return std::holds_alternative<OutwardHandler>(handler); }
  Route with_query(QueryParameters parameters) const {
    return with([&](Route& route) { route.query = std::move(parameters); });
  }
  Route takes(json::object shape) const {
    return with([&](Route& route) { route.body = std::move(shape); });
  }
  Route answers(json::object shape, std::vector<int> success = {200}) const {
    return with([&](Route& route) { route.answer = std::move(shape), route.statuses = std::move(success); });
  }
  /// An answer that is no JSON.
  Route answers_text(std::string media_type) const {
    return with([&](Route& route) { route.answer = json::object{{"type", "string"}}, route.media = media_type; });
  }
  /// Clients find it by that name; api/compat/root_links.h says how the link looks.
  Route linked(std::string name, LinkedFrom from = LinkedFrom::its_root) const {
    return with([&](Route& route) { route.link = std::move(name), route.linked_from = from; });
  }

 private:
  template <class Edit>
  Route with(Edit edit) const {
    Route copy = *this;
    edit(copy);
    return copy;
  }
};

/// JSON answers.
net::Response json_response(int status, std::string text);
net::Response json_response(int status, const json::value&);

}  // namespace slipway::api
