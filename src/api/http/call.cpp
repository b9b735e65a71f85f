#include "api/http/call.h"

#include <fmt/format.h>

#include "api/compat/jenkins_quirk.h"
#include "api/http/repeated_members.h"
#include "base/error.h"
#include "base/text.h"

namespace slipway::api {
namespace {

/// By its first bytes, what a body is that was written as something else than UTF-8.
std::string_view cause_in_first_bytes(std::string_view text) {
  using namespace std::string_view_literals;
  if (text.starts_with("\xEF\xBB\xBF")) {
    return "The body begins with a byte order mark, which JSON must not have. Send it as UTF-8 without one.";
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") || text.starts_with("{\0"sv) ||
      text.starts_with("\0{"sv)) {
    return "The body is written as UTF-16. Send it as UTF-8.";
  }
  if (text.starts_with("\x1F\x8B") || text.starts_with("\x28\xB5\x2F\xFD")) {
    return "The body is compressed, which the server doesn't take. Send it as it is.";
  }
  return "";
}

/// `quoted` becomes what was parsed where that is not `text` itself.
json::value parse_body(const std::string& text, std::string& quoted) {
  try {
    return json::parse(text);
  } catch (const Error& e) {
    if (const auto cause = cause_in_first_bytes(text); !cause.empty()) fail_invalid(std::string(cause));
    if (e.code() != ErrorCode::invalid || !begins_with_bare_key(text)) throw;
    try {
      quoted = quote_bare_keys(text);
      return json::parse(quoted);
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
  if (!json_) {
    std::string quoted;
    json::value parsed = parse_body(request.body, quoted);
    static const json::object no_components;
    refuse_repeated_members(quoted.empty() ? request.body : quoted, body_shape,
                            components == nullptr ? no_components : *components);
    json_ = std::move(parsed);
  }
  return *json_;
}

documents::WriteContext Call::write_context() const {
  constexpr std::size_t longest_agent = 300;
  const std::string_view agent = request.headers.find("User-Agent").value_or("").substr(0, longest_agent);
  storage::Origin origin{request.peer, is_valid_utf8(agent) ? std::string(agent) : std::string(), principal.identity};
  const documents::WriteTools& tools = services;
  return {tools, {principal.user, principal.username, std::move(origin)}, space};
}

const json::object& Call::body() {
  if (!json_ && trim(request.body).empty()) json_ = json::object();
  const json::object* members = json().if_object();
  if (members == nullptr) fail_invalid("The request body must be a JSON object.");
  return *members;
}

bool Call::asks(std::string_view name) const { return equals_ignoring_case(query.find(name).value_or(""), "true"); }

}  // namespace slipway::api
