// The date format of HTTP, "Tue, 15 Nov 1994 08:12:31 GMT".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace slipway::net {

std::string http_date(Time);
/// nullopt for anything but the format that http_date writes, which is the only one that servers may send.
std::optional<Time> parse_http_date(std::string_view);

}  // namespace slipway::net
