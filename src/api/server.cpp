#include "api/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>

#include "api/compat/octo_verbs.h"
#include "api/http/body_check.h"
#include "api/http/bounded_reader.h"
#include "api/http/call.h"
#include "api/http/errors.h"
#include "api/http/open_api.h"
#include "api/people/authentication.h"
#include "api/people/permissions.h"
#include "api/people/space_and_user_cache.h"
#include "api/routes.h"
#include "base/nearest.h"
#include "base/text.h"

namespace slipway::api {
namespace {

/// Names of fewer letters are too near to one another.
constexpr std::size_t kShortestMisspelt = 4;

/// HEAD is a GET whose body the web server keeps back.
std::string method_of(const net::Request& request) {
  if (request.method == "HEAD") return "GET";
  const auto override = request.headers.find(kVerbHeader);
  return request.method == "POST" && override && !override->empty() ? std::string(*override) : request.method;
}

bool declares_members(const Route& route) { return route.body && route.body->contains("properties"); }

/// Two of what decides what a call does, or whether it is done, contradict each other.
void check_headers(const net::Request& request) {
  for (const std::string_view name : {kVerbHeader, std::string_view("Idempotency-Key"), std::string_view("If-Match")}) {
    const auto times = std::ranges::count_if(
        request.headers, [&](const auto& header) { return equals_ignoring_case(header.first, name); });
    if (times > 1) fail_invalid(fmt::format("The request has more than one {} header. Send one.", name));
  }
}

/// Nothing here unpacks a body, and packed bytes read as broken JSON.
void check_encoding(const net::Request& request) {
  const std::string_view encoding = trim(request.headers.find("Content-Encoding").value_or(""));
  if (request.body.empty() || encoding.empty() || equals_ignoring_case(encoding, "identity")) return;
  fail_invalid(
      fmt::format("The body is encoded (Content-Encoding: {}), which the server doesn't take. Send it as it "
                  "is, without that header.",
                  encoding.substr(0, 50)));
}

/// A body that is no JSON is refused also where nothing in it counts.
void check_body(Call& call, const Route& route) {
  const bool has_body = !trim(call.request.body).empty();
  if (!has_body || (call.request.method != "POST" && call.request.method != "PUT")) return;
  const json::value& body = call.json();
  if (declares_members(route)) refuse_misspelt_members(body, *route.body);
}

/// What the slowest client waits at least before it gives up or tries again.
constexpr Duration kRequestTime = std::chrono::seconds(30);
/// For one answer, three times as much as it may hold: some lists look at more than they show.
constexpr std::size_t kMostRead = 192u << 20;

/// Answers hold what not everybody may see, so nobody keeps them; and no browser takes one for anything but what it is.
void harden(net::Response& response) {
  if (!response.headers.find("Cache-Control")) response.headers.add("Cache-Control", "no-store");
  response.headers.set("X-Content-Type-Options", "nosniff");
}

void check_text(std::string_view text) {
  if (!is_valid_utf8(text)) fail_invalid("The address is not valid UTF-8.");
}

/// A parameter that is a declared one misspelt would restrict nothing, and so answer another question.
void check_query(const Route& route, const net::Query& sent) {
  Problems problems;
  for (const auto& [name, value] : sent) {
    const QueryParameter* nearest = nullptr;
    bool is_declared = false;
    for (const QueryParameter& known : route.query) {
      if (equals_ignoring_case(known.name, name)) {
        is_declared = true;
        if (known.kind == QueryKind::flag && !value.empty() && !equals_ignoring_case(value, "true") &&
            !equals_ignoring_case(value, "false")) {
          problems.add(fmt::format("{} must be true or false.", known.name));
        }
      }
      if (name.size() >= kShortestMisspelt && letters_apart(name, known.name, 1) <= 1) nearest = &known;
    }
    if (is_declared || nearest == nullptr) continue;
    problems.add(fmt::format("The query has no parameter '{}' here. Did you mean {}?", name, nearest->name));
  }
  problems.throw_if_any();
}

/// A handler sees no parameter that its route doesn't declare, so none is read that the OpenAPI document lacks.
net::Query declared_query(const Route& route, const net::Request& request) {
  net::Query query(request.query);
  query.keep_if([&](std::string_view name) {
    return std::any_of(route.query.begin(), route.query.end(),
                       [&](const QueryParameter& declared) { return equals_ignoring_case(declared.name, name); });
  });
  return query;
}

/// Fills in what the address says.
void read_address(Call& call, const Match& match, const SpacesAndUsers& known) {
  check_text(call.request.path);
  for (const auto& [name, value] : net::Query(call.request.query)) {
    check_text(name);
    check_text(value);
  }
  call.space = known.default_space;
  if (!match.space.empty()) {
    const std::string named = percent_decode(match.space);
    check_text(named);
    const auto space = known.find_space(named);
    if (!space) {
      // Nothing but the word: rather a misspelt address than a space.
      if (match.route->pattern == "space root") fail_no_address(call.request.method, call.request.path);
      fail_not_found(fmt::format("The space '{}' was not found.", named));
    }
    call.space = *space;
    call.has_space = true;
  }
  for (const auto& [name, encoded] : match.parameters) {
    std::string value = percent_decode(encoded);
    check_text(value);
    call.parameters.emplace_back(name, std::move(value));
  }
}

}  // namespace

ApiServer::ApiServer(Services& services)
    : services_(services),
      router_(all_routes(services.catalogue)),
      components_(component_schemas(services.catalogue)),
      refused_sign_ins_(services.clock, services.log) {}

net::Response ApiServer::handle(net::Request&& request) const {
  const SteadyTime began = services_.clock.steady();
  const Route* route = nullptr;
  net::Response response;
  try {
    response = answer(request, route);
  } catch (const std::exception& e) {
    response = explain(request, e);
  }
  harden(response);
  if (services_.observe) services_.observe(request, route, response.status, services_.clock.steady() - began);
  return response;
}

std::optional<net::Response> ApiServer::authorize_head(const net::Request& head) const {
  try {
    services_.database.read([&](storage::Reader& reader) {
      authenticate(head, reader, services_.vault, *services_.spaces_and_users.at(reader), services_.clock.now());
    });
    return std::nullopt;
  } catch (const std::exception& e) {
    auto refusal = explain(head, e);
    harden(refusal);
    return refusal;
  }
}

bool ApiServer::calls_out(const net::Request& head) const {
  try {
    std::string ignored;
    const Match match = router_.match(method_of(head), head.path, &ignored);
    return match.route != nullptr && match.route->calls_out();
  } catch (const std::exception&) {
    return false;
  }
}

net::Response ApiServer::explain(const net::Request& request, const std::exception& failure) const {
  const auto* error = dynamic_cast<const Error*>(&failure);
  const bool is_ours = error == nullptr || error->code() == ErrorCode::internal || error->code() == ErrorCode::fenced;
  if (is_ours) {
    services_.log.error("A request failed", {{"method", request.method},
                                             {"path", request.path},
                                             {"error", error != nullptr ? error->message() : failure.what()}});
  }
  net::Response response = error_response(
      error != nullptr ? *error : Error(ErrorCode::internal, "The server failed to answer; its log says why."));
  if (error != nullptr && error->code() == ErrorCode::unauthenticated && !shown_key(request).empty()) {
    response.wrong_key = true;
    refused_sign_ins_.add(request, error->message());
  }
  return response;
}

/// For an address that exists with other methods. One in a space tells nobody without a key which spaces there are.
net::Response ApiServer::method_missing(const net::Request& request, const Match& match,
                                        const std::string& allowed) const {
  const std::string method = method_of(request);
  if (!match.space.empty()) {
    services_.database.read([&](storage::Reader& reader) {
      const auto known = services_.spaces_and_users.at(reader);
      authenticate(request, reader, services_.vault, *known, services_.clock.now());
      if (!known->find_space(percent_decode(match.space))) fail_no_address(method, request.path);
    });
  }
  return method_not_allowed(method, allowed);
}

net::Response ApiServer::answer(const net::Request& request, const Route*& route) const {
  check_text(request.path);
  check_headers(request);
  check_encoding(request);
  std::string allowed;
  const std::string method = method_of(request);
  const Match match = router_.match(method, request.path, &allowed);
  route = match.route;
  if (match.route == nullptr) return method_missing(request, match, allowed);
  Call call(services_, request, declared_query(*match.route, request), Deadline::after(services_.clock, kRequestTime));
  call.route = match.route;
  call.calls_out = match.route->calls_out();
  call.body_shape = match.route->body ? &*match.route->body : nullptr;
  call.components = &components_;
  const auto admit = [&](storage::Reader& reader) {
    const auto known = services_.spaces_and_users.at(reader);
    if (match.route->permission != kAnyone) {
      call.principal = authenticate(request, reader, services_.vault, *known, services_.clock.now());
    }
    read_address(call, match, *known);
    require_permission(call.principal, match.route->permission,
                       match.route->scope == RouteScope::space ? call.space : "");
    check_query(*match.route, net::Query(request.query));
  };
  if (const auto* read = std::get_if<ReadHandler>(&match.route->handler)) {
    return services_.database.read([&](storage::Reader& reader) {
      admit(reader);
      if (declares_members(*match.route)) check_body(call, *match.route);
      BoundedReader bounded(reader, kMostRead);
      return (*read)(call, bounded);
    });
  }
  services_.database.read(admit);
  check_body(call, *match.route);
  if (const auto* outward = std::get_if<OutwardHandler>(&match.route->handler)) return outward->act(call);
  return std::get<ActHandler>(match.route->handler)(call);
}

}  // namespace slipway::api
