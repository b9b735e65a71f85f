// AWS Signature Version 4 (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html), for
// services other than S3.
//
// Our own, because the one in libcurl 7.88 signs wrongly in cases that we need (a corrected X-Amz-Date among them).
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "cloud/credentials.h"
#include "net/http_client.h"

namespace slipway::aws {

/// Sets X-Amz-Date, X-Amz-Security-Token (for session credentials) and Authorization. Everything that is signed must
/// be in `request` before; fields that proxies change (User-Agent, Expect, …) are not covered.
void sign(net::ClientRequest& request, const Credentials& credentials, std::string_view region,
          std::string_view service, Time now);

}  // namespace slipway::aws
