// Who asks (SEC-3). Every route but the public ones needs a key; there is no other way in.
#pragma once

#include "api/call.h"
#include "api/directory.h"
#include "net/http.h"
#include "storage/database.h"

namespace slipway::api {

/// The owner of the request's API key (X-Octopus-ApiKey, or Authorization: Bearer). Throws Error{unauthenticated} when
/// there is no key, or none that is known, unexpired and owned by an active user.
Principal authenticate(const net::Request&, storage::Reader&, const DirectoryState&, Time now);

}  // namespace slipway::api
