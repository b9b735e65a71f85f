#include "cloud/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "base/json.h"
#include "cloud/xml.h"

namespace slipway::aws {
namespace {

constexpr std::size_t kMaxMessage = 1000;

constexpr std::array<std::string_view, 15> kThrottles = {"BandwidthLimitExceeded",
                                                         "EC2ThrottledException",
                                                         "LimitExceededException",
                                                         "PriorRequestNotComplete",
                                                         "ProvisionedThroughputExceededException",
                                                         "RequestLimitExceeded",
                                                         "RequestThrottled",
                                                         "RequestThrottledException",
                                                         "SlowDown",
                                                         "ThrottledException",
                                                         "Throttling",
                                                         "ThrottlingException",
                                                         "TooManyRequestsException",
                                                         "TransactionInProgressException",
                                                         "RequestThrottlingException"};
constexpr std::array<std::string_view, 4> kTransient = {"RequestTimeout", "RequestTimeoutException",
                                                        "IDPCommunicationError", "InternalFailure"};
constexpr std::array<std::string_view, 3> kExpired = {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"};
constexpr std::array<std::string_view, 12> kDenied = {
    "AccessDenied",         "AccessDeniedException",       "UnauthorizedOperation", "AuthFailure",
    "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException",
    "IncompleteSignature",  "MissingAuthenticationToken",  "NotAuthorized",         "OptInRequired"};
constexpr std::array<std::string_view, 5> kSkew = {"RequestTimeTooSkewed", "RequestExpired", "AuthFailure",
                                                   "SignatureDoesNotMatch", "InvalidSignatureException"};

constexpr std::array<std::string_view, 2> kUnknownKey = {"InvalidClientTokenId", "UnrecognizedClientException"};

bool contains(const auto& codes, std::string_view code) { return std::ranges::find(codes, code) != codes.end(); }

ErrorCode code_of(FailureKind kind) {
  switch (kind) {
    case FailureKind::throttled:
    case FailureKind::transient:
      return ErrorCode::unavailable;
    case FailureKind::expired_credentials:
      return ErrorCode::unauthenticated;
    case FailureKind::denied:
      return ErrorCode::denied;
    case FailureKind::not_found:
      return ErrorCode::not_found;
    case FailureKind::no_such_host:
    case FailureKind::client:
      return ErrorCode::invalid;
  }
  return ErrorCode::internal;
}

std::string advice(const Failure& failure) {
  switch (failure.kind) {
    case FailureKind::throttled:
      return "AWS limits the rate of such calls for the account; try again later.";
    case FailureKind::transient:
      return "Try again; see the AWS Health Dashboard if it lasts.";
    case FailureKind::expired_credentials:
      return "The session is over and could not be renewed; check the account.";
    case FailureKind::denied:
      return fmt::format("Allow {}:{} to the identity that the deployment uses, and check its keys or role.",
                         failure.signing_name, failure.operation);
    case FailureKind::not_found:
      return "Check the name, the region and the account.";
    case FailureKind::no_such_host:
      return "Check the region, and the endpoint if one is set.";
    case FailureKind::client:
      return {};
  }
  return {};
}

std::string sentence(const Failure& failure) {
  std::string why = failure.code;
  if (failure.code.empty() && failure.status != 0) why = fmt::format("HTTP status {}", failure.status);
  if (!failure.message.empty()) why += fmt::format("{}{}", why.empty() ? "" : ": ", failure.message);
  while (why.ends_with('.')) why.pop_back();
  const std::string account = failure.account.empty() ? "" : fmt::format(" of account {}", failure.account);
  auto text =
      fmt::format("AWS {} {} in {}{} failed: {}.", failure.service, failure.operation, failure.region, account, why);
  if (const auto todo = advice(failure); !todo.empty()) text += " " + todo;
  if (!failure.request_id.empty()) text += fmt::format(" (AWS request {})", failure.request_id);
  return text;
}

/// A refused signature quotes the canonical request, session token included; nobody needs more than the first sentence.
std::string bounded(std::string message) {
  message.resize(std::min(message.find("The Canonical String"), message.size()));
  if (message.size() > kMaxMessage) {
    message.resize(kMaxMessage);
    while (!message.empty() && (static_cast<unsigned char>(message.back()) & 0xC0) == 0x80) message.pop_back();
    message += "…";
  }
  const auto end = message.find_last_not_of(" \r\n");
  message.resize(end == message.npos ? 0 : end + 1);
  return message;
}

Failure with_bounded_message(Failure failure) {
  failure.message = bounded(std::move(failure.message));
  return failure;
}

/// "com.amazonaws.ecs#ClientException" and "ClientException:http://…" mean ClientException.
std::string bare_code(std::string_view code) {
  if (const auto hash = code.rfind('#'); hash != code.npos) code.remove_prefix(hash + 1);
  return std::string(code.substr(0, code.find(':')));
}

}  // namespace

AwsError::AwsError(Failure failure)
    : Error(code_of(failure.kind), {}), failure_(with_bounded_message(std::move(failure))) {
  Error::operator=(Error(code(), sentence(failure_)));
}

ErrorBody read_json_error(const net::ClientResponse& response) {
  ErrorBody body;
  body.code = bare_code(response.headers.find("x-amzn-ErrorType").value_or(""));
  try {
    const json::value parsed = json::parse(response.body, {.max_bytes = 1u << 20, .max_depth = 32});
    const json::object* members = parsed.if_object();
    if (members == nullptr) return body;
    for (const auto* name : {"__type", "code"}) {
      if (const auto code = json::text_at(*members, name); code && body.code.empty()) body.code = bare_code(*code);
    }
    body.message = json::text_at(*members, "message").value_or("");
  } catch (const Error&) {
    // A proxy's page rather than AWS's answer: the status says all there is.
  }
  return body;
}

ErrorBody read_xml_error(const net::ClientResponse& response) {
  try {
    const XmlElement root = parse_xml(response.body);
    return {root.text_at("Error/Code").value_or(""), root.text_at("Error/Message").value_or("")};
  } catch (const Error&) {
    return {};
  }
}

std::string read_request_id(const net::ClientResponse& response) {
  return std::string(response.headers.find("x-amzn-RequestId").value_or(""));
}

std::optional<Duration> read_retry_after(const net::ClientResponse& response) {
  const std::string_view text = response.headers.find("x-amz-retry-after").value_or("");
  std::uint32_t milliseconds = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::chrono::milliseconds(milliseconds);
}

FailureKind classify(std::string_view signing_name, int status, const ErrorBody& body) {
  const std::string_view code = body.code;
  const bool is_ecs_quota = signing_name == "ecs" && code == "LimitExceededException";
  // A revision of the same family is being made by somebody else right now.
  const bool is_race = body.message.find("Too many concurrent attempts") != std::string::npos;
  if (contains(kThrottles, code) && !is_ecs_quota) return FailureKind::throttled;
  if (status == 429 || is_race) return FailureKind::throttled;
  if (contains(kExpired, code)) return FailureKind::expired_credentials;
  if (contains(kTransient, code)) return FailureKind::transient;
  if (contains(kDenied, code)) return FailureKind::denied;
  if (status >= 500 && status != 501) return FailureKind::transient;
  if (code.find("NotFound") != code.npos) return FailureKind::not_found;
  if (status == 401 || status == 403) return FailureKind::denied;
  return FailureKind::client;
}

bool is_unknown_key(std::string_view code) { return contains(kUnknownKey, code); }

bool may_be_clock_skew(std::string_view code) { return contains(kSkew, code); }

}  // namespace slipway::aws
