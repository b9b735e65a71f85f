// Failures on the wire: the one place where an Error becomes a status and a body that existing clients understand.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "net/http.h"

namespace slipway::api {

/// The contract's body: 400, 403 and 409 carry ErrorMessage and at least one of Errors; 404 and 401 carry no Errors,
/// since clients take any for a different failure. Never empty. 503 says when to come again.
net::Response error_response(const Error&);

/// 405, with the methods that the address has.
net::Response method_not_allowed(const std::string& method, const std::string& allowed);

}  // namespace slipway::api
