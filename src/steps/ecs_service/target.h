// Which service a deployment is for. People name clusters and services by name or by ARN; everything behind this uses
// the names, so that both spellings are one service, with one lock.
#pragma once

#include <string>

#include "steps/aws_login.h"
#include "steps/input_reader.h"

namespace slipway::steps::ecs {

struct Target {
  std::string cluster;
  std::string service;
};

/// Reads the properties. What an ARN says of account and region must be where the login leads: an account that only an
/// ARN names becomes the login's.
Target read_target(InputReader&, AwsLogin&);

}  // namespace slipway::steps::ecs
