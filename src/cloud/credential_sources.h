// The places that credentials come from: keys that an account stores, roles, and what the machine itself has.
#pragma once

#include <memory>
#include <string>

#include "base/disk.h"
#include "base/secret.h"
#include "cloud/client.h"
#include "cloud/credentials.h"
#include "cloud/sts.h"

namespace slipway::aws {

/// Keys as an account stores them. The session token may be empty.
std::unique_ptr<CredentialSource> static_keys(const std::string& access_key_id, Secret secret_access_key,
                                              Secret session_token = {});

/// Assumes `role` by the regional STS of `base`, as the identity of `base`. Throws Error{invalid} naming what is wrong
/// with the ARN, the session name or the external id.
std::unique_ptr<CredentialSource> assumed_role(Client base, RoleToAssume role);

/// What the machine that the server runs on has, looked for in this order at each fetch: environment variables, the
/// container endpoint (ECS, EKS pod identity), the instance metadata service (IMDSv2 only). Both references outlive it.
std::unique_ptr<CredentialSource> own_credentials(net::HttpClient& http, Disk& disk, const Clock& clock,
                                                  Environment environment);

}  // namespace slipway::aws
