#include "commands/feed_access.h"

#include "base/error.h"

namespace slipway::commands {

std::shared_ptr<feeds::Feed> open_feed(storage::Reader& reader, CommandContext& context, const model::Feed& feed) {
  return context.feeds.open(feed, [&](const model::Value& stored) {
    const auto id = model::secret_of(stored);
    auto secret = id ? context.vault.get(reader, *id, feed.Id) : std::nullopt;
    return secret ? std::move(*secret) : Secret();
  });
}

}  // namespace slipway::commands
