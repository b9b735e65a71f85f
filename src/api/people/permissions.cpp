#include "api/people/permissions.h"

#include <fmt/format.h>

#include "api/http/route.h"
#include "base/error.h"

namespace slipway::api {

bool is_permitted(const Principal& principal, std::string_view permission) {
  return permission == kAnyone || permission == kAuthenticated || principal.is_administrator;
}

void require_permission(const Principal& principal, std::string_view permission, std::string_view space) {
  if (is_permitted(principal, permission)) return;
  fail(ErrorCode::denied,
       fmt::format("You don't have the permission {} in {}. Ask an administrator to make the call, or to make you one.",
                   permission, space.empty() ? "the system" : space));
}

}  // namespace slipway::api
