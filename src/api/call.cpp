#include "api/call.h"

#include <fmt/format.h>

#include "api/jenkins_quirk.h"
#include "base/error.h"
#include "base/text.h"

namespace slipway::api {
namespace {

json::value parse_body(const std::string& text) {
  try {
    return json::parse(text);
  } catch (const Error& e) {
    if (e.code() != ErrorCode::invalid || !begins_with_bare_key(text)) throw;
    try {
      return json::parse(quote_bare_keys(text));
    } catch (const Error&) {
      // Places in the quoted text are none that its sender knows, so the first error is the one to tell.
      throw e;
    }
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
  if (!json_) json_ = parse_body(request.body);
  return *json_;
}

documents::WriteContext Call::write_context() const {
  constexpr std::size_t longest_agent = 300;
  const std::string_view agent = request.headers.find("User-Agent").value_or("").substr(0, longest_agent);
  storage::Origin origin{request.peer, is_valid_utf8(agent) ? std::string(agent) : std::string(), principal.identity};
  return {services, {principal.user, principal.username, std::move(origin)}, space};
}

const json::object& Call::body() {
  if (!json_ && trim(request.body).empty()) json_ = json::object();
  const json::object* members = json().if_object();
  if (members == nullptr) fail_invalid("The request body must be a JSON object.");
  return *members;
}

bool Call::asks(std::string_view name) const { return equals_ignoring_case(query.find(name).value_or(""), "true"); }

}  // namespace slipway::api
