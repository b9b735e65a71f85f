// Who asks (SEC-3). Every route but the public ones needs a key; there is no other way in.
#pragma once

#include <optional>

#include "api/http/call.h"
#include "api/people/space_and_user_cache.h"
#include "net/http.h"
#include "storage/database.h"
#include "storage/secrets.h"

namespace slipway::api {

/// The API key that a request shows (X-Octopus-ApiKey, or Authorization: Bearer); "" without one. Throws Error{invalid}
/// for a request with several, of which a proxy may have checked another than we would take.
std::string_view shown_key(const net::Request&);

/// The owner of the request's API key. Throws Error{unauthenticated} that says whether the key is missing, expired, or
/// unknown; one whose owner is not active counts as unknown.
Principal authenticate(const net::Request&, storage::Reader&, const storage::Vault&, const SpacesAndUsers&, Time now);

/// The same caller as the database shows it now; none once the key is gone or has ended, or its owner is not active.
std::optional<Principal> renew(const Principal&, storage::Reader&, const SpacesAndUsers&, Time now);

}  // namespace slipway::api
