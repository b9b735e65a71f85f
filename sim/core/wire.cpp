#include "sim/core/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"

namespace slipway::sim {
namespace {

struct Target {
  std::string_view prefix;
  std::string_view service;
};
constexpr std::array kTargets = {
    Target{"AmazonEC2ContainerServiceV20141113.", "ecs"},
    Target{"AmazonEC2ContainerRegistry_V20150921.", "ecr"},
};

json::object parse_body(std::string_view body) {
  try {
    json::value parsed = json::parse(body.empty() ? "{}" : body);
    if (parsed.is_object()) return std::move(parsed.get_object());
  } catch (const Error&) {
    // Refused below, as any other text that is no object.
  }
  throw AwsError("SerializationException", "The request body is not a JSON object.");
}

void append_escaped(std::string& out, std::string_view text) {
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out.push_back(c);
    }
  }
}

void append_xml(std::string& out, const json::value& value) {
  if (const json::object* members = value.if_object()) {
    for (const auto& member : *members) {
      const std::string_view name = member.key();
      out += fmt::format("<{}>", name);
      append_xml(out, member.value());
      out += fmt::format("</{}>", name);
    }
  } else if (value.is_string()) {
    append_escaped(out, json::view(value.get_string()));
  } else {
    append_escaped(out, json::to_text(value));
  }
}

net::Response xml_response(int status, std::string body, const std::string& request_id) {
  net::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "text/xml"}, {"x-amzn-RequestId", request_id}};
  response.body = std::move(body);
  return response;
}

net::Response json_response(int status, const json::object& body, const std::string& request_id) {
  net::Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/x-amz-json-1.1"}, {"x-amzn-RequestId", request_id}};
  response.body = json::to_text(body);
  return response;
}

}  // namespace

std::optional<Invocation> read_invocation(const net::Request& request) {
  if (const auto target = request.headers.find("x-amz-target")) {
    for (const Target& known : kTargets) {
      if (!target->starts_with(known.prefix)) continue;
      return Invocation{Protocol::json, std::string(known.service), std::string(target->substr(known.prefix.size())),
                        parse_body(request.body)};
    }
    return std::nullopt;
  }
  const std::string_view type = request.headers.find("content-type").value_or("");
  if (!type.starts_with("application/x-www-form-urlencoded")) return std::nullopt;
  Invocation invocation{Protocol::query, "sts", "", {}};
  for (const auto& [name, value] : net::Query(request.body)) invocation.input[name] = std::string_view(value);
  invocation.operation = text_or(invocation.input, "Action");
  return invocation;
}

net::Response answer(const Invocation& invocation, const json::object& output, const std::string& request_id) {
  if (invocation.protocol == Protocol::json) return json_response(200, output, request_id);
  std::string body =
      fmt::format("<{0}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{0}Result>", invocation.operation);
  append_xml(body, output);
  body += fmt::format("</{0}Result><ResponseMetadata><RequestId>{1}</RequestId></ResponseMetadata></{0}Response>",
                      invocation.operation, request_id);
  return xml_response(200, std::move(body), request_id);
}

net::Response refuse(Protocol protocol, const AwsError& error, const std::string& request_id) {
  if (protocol == Protocol::json) {
    return json_response(error.status(), {{"__type", error.code()}, {"message", error.message()}}, request_id);
  }
  std::string body = fmt::format(
      "<ErrorResponse "
      "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>{}</Type><Code>{}</Code><Message>",
      error.status() < 500 ? "Sender" : "Receiver", error.code());
  append_escaped(body, error.message());
  body += fmt::format("</Message></Error><RequestId>{}</RequestId></ErrorResponse>", request_id);
  return xml_response(error.status(), std::move(body), request_id);
}

AwsError as_error(Protocol protocol, const NotAuthenticated& refusal) {
  struct Names {
    AuthenticationFailure failure;
    std::string_view json_code;  // always 400
    std::string_view query_code;
    int query_status;
  };
  using enum AuthenticationFailure;
  static constexpr std::array names = {
      Names{missing, "MissingAuthenticationTokenException", "MissingAuthenticationToken", 403},
      Names{malformed, "IncompleteSignatureException", "IncompleteSignature", 400},
      Names{unknown_key, "UnrecognizedClientException", "InvalidClientTokenId", 403},
      Names{wrong_signature, "InvalidSignatureException", "SignatureDoesNotMatch", 403},
      Names{skewed, "InvalidSignatureException", "SignatureDoesNotMatch", 403},
      Names{expired, "ExpiredTokenException", "ExpiredToken", 403},
  };
  const auto& found =
      *std::find_if(names.begin(), names.end(), [&](const Names& n) { return n.failure == refusal.failure(); });
  if (protocol == Protocol::json) return {std::string(found.json_code), refusal.message()};
  return {std::string(found.query_code), refusal.message(), found.query_status};
}

}  // namespace slipway::sim
