#include "api/people/authentication.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "storage/api_keys.h"

namespace slipway::api {
namespace {

/// The value of the only such header that isn't empty.
std::string_view only(const net::Request& request, std::string_view name) {
  std::string_view found;
  for (const auto& [header, value] : request.headers) {
    if (!equals_ignoring_case(header, name) || value.empty()) continue;
    if (!found.empty()) fail_invalid(fmt::format("The request has more than one {} header. Send one key.", name));
    found = value;
  }
  return found;
}

Principal principal_of(Principal owner, const storage::ApiKey& key) {
  owner.key = key.id;
  owner.key_expires = key.expires;
  owner.identity = "API key " + key.id;
  return owner;
}

}  // namespace

std::string_view shown_key(const net::Request& request) {
  constexpr std::string_view scheme = "bearer ";
  const std::string_view authorization = only(request, "Authorization");
  if (const auto key = only(request, "X-Octopus-ApiKey"); !key.empty()) return key;
  if (!equals_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return {};
  return trim(authorization.substr(scheme.size()));
}

Principal authenticate(const net::Request& request, storage::Reader& reader, const storage::Vault& vault,
                       const SpacesAndUsers& known, Time now) {
  const std::string_view text = shown_key(request);
  if (text.empty()) {
    fail(ErrorCode::unauthenticated, "The request has no API key: send it in the header X-Octopus-ApiKey.");
  }
  const auto key = storage::find_api_key(reader, vault, text);
  const auto user = key ? known.users.find(key->user) : known.users.end();
  if (user == known.users.end()) {
    fail(ErrorCode::unauthenticated,
         "The API key is unknown: it may have been deleted, belong to another server, or be cut short.");
  }
  if (key->expires && *key->expires <= now) {
    fail(ErrorCode::unauthenticated,
         fmt::format("The API key {} has expired at {}.", key->id, to_rfc3339(*key->expires)));
  }
  return principal_of(user->second, *key);
}

std::optional<Principal> renew(const Principal& before, storage::Reader& reader, const SpacesAndUsers& known,
                               Time now) {
  const auto key = storage::find_api_key_by_id(reader, before.key);
  const auto user = key ? known.users.find(key->user) : known.users.end();
  const bool has_ended = user == known.users.end() || (key->expires && *key->expires <= now);
  return has_ended ? std::nullopt : std::optional(principal_of(user->second, *key));
}

}  // namespace slipway::api
