#include "sim/core/authentication.h"

#include <chrono>

#include "base/secret.h"

namespace slipway::sim {
namespace {

constexpr Duration kLongestSkew = std::chrono::minutes(5);

/// A session whose role has been deleted since is as unknown as a key that never was.
bool is_void(const AccessKey& key, const World& world) {
  return key.identity.is_session && !world.roles.contains(key.identity.principal);
}

}  // namespace

Authenticated authenticate(const net::Request& request, const World& world, Time now) {
  using enum AuthenticationFailure;
  const auto header = request.headers.find("authorization");
  if (!header) throw NotAuthenticated(missing, "Missing Authentication Token");
  const auto claim = parse_authorization(*header);
  if (!claim)
    throw NotAuthenticated(malformed, "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature'.");
  if (!is_region(claim->region)) {
    throw NotAuthenticated(wrong_signature,
                           "Credential should be scoped to a valid region, not '" + claim->region + "'.");
  }
  const auto key = world.keys.find(claim->access_key);
  const std::string_view token = request.headers.find("x-amz-security-token").value_or("");
  if (key == world.keys.end() || key->second.session_token != token || is_void(key->second, world)) {
    throw NotAuthenticated(unknown_key, "The security token included in the request is invalid.");
  }
  const auto expected = expected_signature(request, *claim, key->second.secret);
  const auto signed_at = signing_time(request);
  if (!expected || !signed_at || !equal_in_constant_time(*expected, claim->signature)) {
    throw NotAuthenticated(wrong_signature,
                           "The request signature we calculated does not match the signature you provided. Check your "
                           "AWS Secret Access Key and signing method. Consult the service documentation for details.");
  }
  if (*signed_at < now - kLongestSkew || *signed_at > now + kLongestSkew) {
    throw NotAuthenticated(skewed, "Signature expired or not yet current: signed at " + to_rfc3339(*signed_at) +
                                       ", but it is " + to_rfc3339(now) + " (5 min. are tolerated).");
  }
  if (key->second.expires && now >= *key->second.expires) {
    throw NotAuthenticated(expired, "The security token included in the request is expired");
  }
  return {key->second.identity, claim->region, claim->service};
}

}  // namespace slipway::sim
