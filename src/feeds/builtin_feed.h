// The server's own package repository.
#pragma once

#include <memory>

#include "feeds/feed.h"

namespace slipway::feeds {

/// It holds no packages yet, so it answers with none.
std::unique_ptr<Feed> open_builtin_feed();

}  // namespace slipway::feeds
