// AWS Security Token Service: who am I, and becoming a role.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cloud/client.h"

namespace slipway::aws {

struct CallerIdentity {
  std::string account;
  std::string arn;
  std::string user_id;
};

struct RoleToAssume {
  std::string role_arn;
  std::string external_id;                     ///< empty: none
  std::string session_name;                    ///< see make_session_name
  std::optional<int> duration_seconds = 3600;  ///< absent: AWS's default; the limit of a chained role is 3600
};

/// Needs no permission, so it is the connection test of an account.
CallerIdentity get_caller_identity(const Client&);

/// Who `client` acts as. Throws Error{denied} naming both accounts when that is in another account than `expected`.
CallerIdentity verify_account(const Client& client, std::string_view expected);

CredentialsPtr assume_role(const Client&, const RoleToAssume&);

/// The account in an ARN, "arn:aws:iam::123456789012:role/x" → "123456789012"; empty when it has none.
std::string_view account_of_arn(std::string_view arn);

/// A valid RoleSessionName: other characters than [\w+=,.@-] become dashes, 2 to 64 of them.
std::string make_session_name(std::string_view text);

}  // namespace slipway::aws
