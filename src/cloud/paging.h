// Lists that AWS answers page by page. Every loop over pages is this one, so that none is endless.
#pragma once

#include <functional>

#include "base/json.h"
#include "cloud/client.h"

namespace slipway::aws {

/// Calls `visit` with each page until there is no next one, or it returns false. All pages share one deadline; past it,
/// RetryLater. A list that comes back to a page it has shown, or has more pages or bytes than any list of AWS's has,
/// ends with Error{unavailable}.
void each_page(const Client&, const Operation&, json::object input,
               const std::function<bool(const json::object& page)>& visit);

}  // namespace slipway::aws
