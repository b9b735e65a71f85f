// One request on its way through the API: who asks, in which space, with which parameters.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/services.h"
#include "base/deadline.h"
#include "base/json.h"
#include "base/time.h"
#include "net/http.h"

namespace slipway::api {

struct Route;

/// Who asks. Made by authentication.h.
struct Principal {
  std::string user;  ///< "Users-1"
  std::string username;
  std::string display_name;
  std::string email;
  std::vector<std::string> teams;
  bool is_administrator = false;
  std::optional<Time> key_expires = {};  ///< when the key that was shown ends; none if it never does
  std::string key = {};                  ///< the id of the API key that was shown
  std::string identity = {};             ///< by what they showed who they are, "API key APIKeys-7"
};

/// Lives as long as one request, on one thread.
class Call {
 public:
  Call(Services& services_of_server, const net::Request& r, net::Query declared, const Deadline& end)
      : services(services_of_server), request(r), query(std::move(declared)), deadline(end) {}

  Services& services;
  const net::Request& request;
  const net::Query query;   ///< those parameters that the route declares
  const Deadline deadline;  ///< of the whole request, with all that it asks of others
  bool calls_out = false;   ///< its route is declared as one that asks others
  const Route* route = nullptr;
  /// The body's shape as the route declares it, and the components that it refers to; null: none is declared.
  const json::object* body_shape = nullptr;
  const json::object* components = nullptr;
  Principal principal;
  std::string space;                                                 ///< id: the address's, or the default space
  bool has_space = false;                                            ///< the address named the space
  std::vector<std::pair<std::string_view, std::string>> parameters;  ///< of the route's pattern, decoded

  /// A parameter of the route's pattern; throws Error{internal} for a name that the pattern lacks.
  const std::string& parameter(std::string_view name) const;
  /// The body as JSON, parsed leniently once. Throws Error{invalid} when it is none, or names a member twice.
  const json::value& json();
  /// The body as a JSON object; an empty body is an empty object.
  const json::object& body();

  /// For writes on behalf of whoever asks, in the call's space.
  documents::WriteContext write_context() const;
  /// "/api/Spaces-1", the start of links to what belongs to the call's space.
  std::string space_path() const { return "/api/" + space; }
  /// Is the flag `name` of the query true (in any case)?
  bool asks(std::string_view name) const;

 private:
  std::optional<json::value> json_;
};

}  // namespace slipway::api
