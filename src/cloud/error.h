// What AWS refuses, in terms that callers can decide by.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "net/http_client.h"

namespace slipway::aws {

enum class FailureKind {
  throttled,            ///< over a rate limit; nothing happened
  transient,            ///< no answer, or one that says "try again"
  expired_credentials,  ///< a session that was valid; nothing happened
  denied,               ///< not permitted, or not recognised as who it claims to be; nothing happened
  not_found,            ///< a thing that the call names does not exist; nothing happened
  no_such_host,         ///< DNS knows no such name, and it never answered; nothing happened
  client                ///< the call is wrong in another way; nothing happened
};

/// One failed call.
struct Failure {
  std::string_view service;       ///< "ECS"
  std::string_view signing_name;  ///< "ecs"
  std::string_view operation;     ///< "UpdateService"
  std::string region;
  std::string account = {};  ///< "" where only AWS knows it
  FailureKind kind = FailureKind::transient;
  std::string code;                          ///< AWS's, "AccessDeniedException"; empty when no answer came
  std::string message;                       ///< AWS's own, bounded, without what it quotes of the signed request
  std::string request_id;                    ///< for AWS support
  int status = 0;                            ///< 0 when no answer came
  std::optional<Duration> retry_after = {};  ///< AWS's own wish for when to come again
  /// The call may have had its effect. False when it surely has not.
  bool maybe_done = false;
};

/// Its message says what failed, where, why, and what to do; its ErrorCode follows from the kind.
class AwsError : public Error {
 public:
  explicit AwsError(Failure failure);
  const Failure& failure() const { return failure_; }
  FailureKind kind() const { return failure_.kind; }
  const std::string& aws_code() const { return failure_.code; }

 private:
  Failure failure_;
};

struct ErrorBody {
  std::string code;
  std::string message;
};

/// The code and message of an error answer of the JSON protocol; empty where the answer has none.
ErrorBody read_json_error(const net::ClientResponse&);
/// The same of the Query protocol.
ErrorBody read_xml_error(const net::ClientResponse&);
/// `x-amzn-RequestId`; empty when absent.
std::string read_request_id(const net::ClientResponse&);
/// `x-amz-retry-after`, which is in milliseconds.
std::optional<Duration> read_retry_after(const net::ClientResponse&);

/// botocore's standard retry table, and the codes of ECS and STS.
FailureKind classify(std::string_view signing_name, int status, const ErrorBody&);
/// AWS does not know the access key, or the session that it belongs to.
bool is_unknown_key(std::string_view code);
/// The answer says that our clock is off, if the answer's date agrees.
bool may_be_clock_skew(std::string_view code);

}  // namespace slipway::aws
