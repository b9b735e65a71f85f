#include "commands/feed_access.h"

#include "base/error.h"

namespace slipway::commands {

std::shared_ptr<feeds::Feed> open_feed(storage::Reader& reader, CommandContext& context, const model::Feed& feed) {
  if (!context.calls_end) {
    fail(ErrorCode::internal, "A feed is to be asked where nobody outside may be; declare the route as calling out.");
  }
  const auto reveal = [&](const model::Value& stored) {
    const auto id = model::secret_of(stored);
    auto secret = id ? context.vault.get(reader, *id, feed.Id) : std::nullopt;
    return secret ? std::move(*secret) : Secret();
  };
  return context.feeds.open(feed, reveal, *context.calls_end);
}

}  // namespace slipway::commands
