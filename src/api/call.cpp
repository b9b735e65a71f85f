#include "api/call.h"

#include <fmt/format.h>

#include "api/jenkins_quirk.h"
#include "base/error.h"
#include "base/text.h"

namespace slipway::api {
namespace {

json::value parse_body(const net::Request& request) {
  try {
    return json::parse(request.body);
  } catch (const Error& e) {
    const std::string_view type = request.headers.find("Content-Type").value_or("");
    if (e.code() != ErrorCode::invalid || !type.starts_with("application/x-www-form-urlencoded")) throw;
    return json::parse(quote_bare_keys(request.body));
  }
}

}  // namespace

const std::string& Call::parameter(std::string_view name) const {
  for (const auto& [known, value] : parameters) {
    if (known == name) return value;
  }
  fail(ErrorCode::internal, fmt::format("The route has no parameter '{}'.", name));
}

const json::value& Call::json() {
  if (!json_) json_ = parse_body(request);
  return *json_;
}

const json::object& Call::body() {
  if (!json_ && trim(request.body).empty()) json_ = json::object();
  const json::object* members = json().if_object();
  if (members == nullptr) fail_invalid("The request body must be a JSON object.");
  return *members;
}

bool Call::asks(std::string_view name) const { return equals_ignoring_case(query.find(name).value_or(""), "true"); }

}  // namespace slipway::api
