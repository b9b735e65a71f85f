// Who a request comes from: its signature, checked as AWS checks it.
#pragma once

#include <exception>
#include <string>

#include "net/http.h"
#include "sim/core/sigv4.h"
#include "sim/ecs/world.h"

namespace slipway::sim {

enum class AuthenticationFailure { missing, malformed, unknown_key, wrong_signature, skewed, expired };

/// Thrown before anything else is looked at. Each protocol has its own code and status for it (wire.h).
class NotAuthenticated : public std::exception {
 public:
  NotAuthenticated(AuthenticationFailure failure, std::string message)
      : failure_(failure), message_(std::move(message)) {}
  AuthenticationFailure failure() const { return failure_; }
  const std::string& message() const { return message_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  AuthenticationFailure failure_;
  std::string message_;
};

struct Authenticated {
  Identity identity;
  std::string region;   ///< of the credential scope
  std::string service;  ///< likewise: "ecs"
};

/// Throws NotAuthenticated. A request may be signed up to five minutes before or after `now`.
Authenticated authenticate(const net::Request&, const World&, Time now);

}  // namespace slipway::sim
