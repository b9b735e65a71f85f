// How a step signs in to AWS (AWS-2): an account variable or the worker's own role, then optionally an assumed role.
#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "base/secret.h"
#include "cloud/access.h"
#include "cloud/sts.h"
#include "steps/step.h"

namespace slipway::steps {

struct AwsLogin {
  std::string access_key_id;  ///< empty with the server's own role
  Secret secret_access_key;
  std::string region;
  std::optional<aws::RoleToAssume> role;
  std::string account;  ///< that it must lead into: the role's, or the one that the action names; empty: any
};

/// Reads the properties that every AWS action shares (`Octopus.Action.Aws…`). Adds to `problems` what is missing.
/// The session is named after the deployment unless the action names it, so that CloudTrail tells who deployed what.
AwsLogin read_aws_login(const StepContext&, Problems& problems);

/// Who that login is, asked of AWS. Throws Error{denied} when it leads into another account than it should.
aws::CallerIdentity verify(const aws::Client&, const AwsLogin&);
/// A client for that login; nothing is called yet. Sessions are shared by all clients of one identity.
aws::Client connect(const aws::Access&, const AwsLogin&);
/// One that only looks: under a session name of its own, which all deployments into one role share, so that a thousand
/// waits sign in once and are polled together.
aws::Client connect_to_watch(const aws::Access&, const AwsLogin&);

/// A property that may be left out: its evaluated value, or nullopt with the reason added to `problems` when it can't
/// be evaluated.
std::optional<std::string> read_property(const StepContext&, std::string_view name, Problems& problems);
/// A property's value for a message, in quotes; where it came from a variable, which may be a secret one, what was
/// written.
std::string show_property(const StepContext&, std::string_view name, std::string_view value);
/// A flag, false when left out. What is neither true nor false is a problem.
bool read_flag_property(const StepContext&, std::string_view name, Problems& problems, bool otherwise = false);
/// A whole number within bounds.
std::optional<int> read_number_property(const StepContext&, std::string_view name, int least, int most,
                                        Problems& problems);
/// One that may not be left out.
std::string require_property(const StepContext&, std::string_view name, std::string_view what, Problems& problems);

}  // namespace slipway::steps
