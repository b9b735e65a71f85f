#include "event_log.h"

#include "base/hash.h"
#include "base/text.h"

namespace slipway::simulate {

std::string EventLog::digest() const {
  std::string all;
  for (const auto& event : events_) all += event + "\n";
  return to_hex(content_hash(all));
}

}  // namespace slipway::simulate
