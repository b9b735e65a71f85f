#include "api/authentication.h"

#include "base/error.h"
#include "base/text.h"
#include "storage/api_keys.h"

namespace slipway::api {
namespace {

std::string_view key_of(const net::Request& request) {
  if (const auto key = request.headers.find("X-Octopus-ApiKey"); key && !key->empty()) return *key;
  constexpr std::string_view scheme = "bearer ";
  const std::string_view authorization = request.headers.find("Authorization").value_or("");
  if (!equals_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return {};
  return trim(authorization.substr(scheme.size()));
}

}  // namespace

Principal authenticate(const net::Request& request, storage::Reader& reader, const DirectoryState& directory,
                       Time now) {
  const std::string_view text = key_of(request);
  const auto key = text.empty() ? std::nullopt : storage::find_api_key(reader, text);
  if (key && (!key->expires || now < *key->expires)) {
    if (const auto user = directory.users.find(key->user); user != directory.users.end()) {
      Principal principal = user->second;
      principal.key_expires = key->expires;
      return principal;
    }
  }
  fail(ErrorCode::unauthenticated, "The request has no valid API key.");
}

}  // namespace slipway::api
