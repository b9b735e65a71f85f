// The two protocols of the simulated services: AWS JSON 1.1 (ECS, ECR) and AWS Query in XML (STS).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "net/http.h"
#include "sim/core/authentication.h"
#include "sim/core/call.h"

namespace slipway::sim {

enum class Protocol { json, query };

/// What a request asks for. The Query protocol's form becomes an object of strings.
struct Invocation {
  Protocol protocol = Protocol::json;
  std::string service;    ///< "ecs", "ecr" or "sts"
  std::string operation;  ///< "UpdateService"
  json::object input;
};

/// Absent when the request is for no simulated service. Throws AwsError for a malformed body.
std::optional<Invocation> read_invocation(const net::Request&);

net::Response answer(const Invocation&, const json::object& output, const std::string& request_id);
net::Response refuse(Protocol, const AwsError&, const std::string& request_id);
/// What a protocol calls a failed authentication.
AwsError as_error(Protocol, const NotAuthenticated&);

}  // namespace slipway::sim
