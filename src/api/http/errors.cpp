#include "api/http/errors.h"

#include <fmt/format.h>

#include "api/http/route.h"
#include "base/json.h"

namespace slipway::api {
namespace {

/// Overload, a held-back call to AWS, a start: each is over within seconds.
constexpr std::string_view kSecondsUntilRetry = "5";

constexpr std::string_view kLoginNeeded =
    "You must be logged in to perform this action. Please provide a valid API key or log in again.";

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return 400;
    case ErrorCode::unauthenticated:
      return 401;
    case ErrorCode::denied:
      return 403;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::too_large:
      return 413;
    case ErrorCode::unavailable:
      return 503;
    case ErrorCode::timed_out:
      return 504;
    case ErrorCode::fenced:
    case ErrorCode::internal:
      return 500;
  }
  return 500;
}

json::object full_body(std::string_view message, const std::vector<std::string>& errors, json::value help) {
  json::array list;
  for (const std::string& e : errors) list.emplace_back(e);
  return {{"ErrorMessage", message},     {"Errors", std::move(list)}, {"ParsedHelpLinks", json::array()},
          {"HelpText", std::move(help)}, {"HelpLink", nullptr},       {"FullException", nullptr},
          {"Details", nullptr}};
}

}  // namespace

net::Response error_response(const Error& e) {
  const int status = status_of(e.code());
  switch (e.code()) {
    case ErrorCode::unauthenticated:
      return json_response(status, json::object{{"ErrorMessage", fmt::format("{} {}", kLoginNeeded, e.message())}});
    case ErrorCode::not_found:
      return json_response(status, json::object{{"ErrorMessage", e.message()}});
    case ErrorCode::denied:
      return json_response(status, full_body(e.message(), {e.message()}, json::value(e.message())));
    default:
      break;
  }
  auto response = json_response(
      status, e.details().empty() ? full_body("There was a problem with your request.", {e.message()}, nullptr)
                                  : full_body(e.message(), e.details(), nullptr));
  if (e.code() == ErrorCode::unavailable) response.headers.add("Retry-After", std::string(kSecondsUntilRetry));
  return response;
}

net::Response method_not_allowed(const std::string& method, const std::string& allowed) {
  const std::string message = fmt::format("The address has no {}; it has {}.", method, allowed);
  net::Response response = json_response(405, full_body(message, {message}, nullptr));
  response.headers.add("Allow", allowed);
  return response;
}

}  // namespace slipway::api
