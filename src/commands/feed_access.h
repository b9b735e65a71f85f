// From a feed's document to a feed that answers.
#pragma once

#include <memory>

#include "commands/context.h"
#include "feeds/feed.h"
#include "model/resources/packages/feed.h"

namespace slipway::commands {

/// Reads the feed's secrets; calls nobody yet.
std::shared_ptr<feeds::Feed> open_feed(storage::Reader&, CommandContext&, const model::Feed&);

}  // namespace slipway::commands
