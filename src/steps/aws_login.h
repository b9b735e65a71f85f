// How a step signs in to AWS (AWS-2): an account variable or the worker's own role, then optionally an assumed role.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "cloud/access.h"
#include "cloud/sts.h"
#include "model/step_declaration.h"
#include "steps/input_reader.h"

namespace slipway::steps {

struct AwsLogin {
  std::string access_key_id;  ///< empty with the server's own role
  Secret secret_access_key;
  std::string region;
  std::optional<aws::RoleToAssume> role;
  std::string account;  ///< that it must lead into: the role's, or the one that the action names; empty: any
};

/// What every AWS action reads (`Octopus.Action.Aws…`), for its declaration.
std::vector<model::StepInput> aws_login_inputs();
/// Beginnings of names that those have, for the same.
std::vector<std::string> aws_login_namespaces();

/// Reads them. The session is named after the deployment unless the action names it, so that CloudTrail tells who
/// deployed what.
AwsLogin read_aws_login(InputReader&);

/// Who that login is, asked of AWS. Throws Error{denied} when it leads into another account than it should.
aws::CallerIdentity verify(const aws::Client&, const AwsLogin&);
/// A client for that login; nothing is called yet. Sessions are shared by all clients of one identity.
aws::Client connect(const aws::Access&, const AwsLogin&);
/// One that only looks: under a session name of its own, which all deployments into one role share, so that a thousand
/// waits sign in once and are polled together.
aws::Client connect_to_watch(const aws::Access&, const AwsLogin&);

}  // namespace slipway::steps
