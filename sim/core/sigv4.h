// Checking signatures of AWS requests (Signature Version 4): a reader of its own, so that the product's signer is
// checked by other code than it was written with.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "net/http.h"

namespace slipway::sim {

/// What an Authorization header claims.
struct SignatureClaim {
  std::string access_key;
  std::string date;  ///< "20150830"
  std::string region;
  std::string service;
  std::vector<std::string> signed_headers;
  std::string signature;  ///< hex
};

/// Absent when the header is not of the form `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
std::optional<SignatureClaim> parse_authorization(std::string_view header);

/// The signature that the request should carry if it was signed with `secret`. Absent when a signed header is missing.
std::optional<std::string> expected_signature(const net::Request&, const SignatureClaim&, std::string_view secret);

/// The time in `x-amz-date`, "20150830T123600Z".
std::optional<Time> signing_time(const net::Request&);

}  // namespace slipway::sim
