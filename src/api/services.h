// What handlers work with. Owned by whoever starts the server; outlives every call.
#pragma once

#include <functional>
#include <string>

#include "base/log.h"
#include "base/time.h"
#include "documents/write_context.h"
#include "feeds/feed_types.h"
#include "net/http.h"
#include "storage/database.h"

namespace slipway::api {

class SpaceAndUserCache;
class LiveStreams;
struct Route;

/// Is told of every request that was answered, and how long it took; no route where the address has none.
using RequestObserver = std::function<void(const net::Request&, const Route*, int status, Duration)>;

struct Services : documents::WriteTools {
  storage::Database& database;
  const Log& log;
  SpaceAndUserCache& spaces_and_users;  ///< spaces and users, for addresses and keys
  std::string installation_id;          ///< a UUID, made once for a data folder
  feeds::FeedTypes feed_types = {};     ///< which feeds can be asked; filled at start
  RequestObserver observe = {};
  LiveStreams* live = nullptr;                ///< of committed changes; none where nobody listens
  std::function<std::string()> metrics = {};  ///< what is measured, in Prometheus' text format; filled at start
};

}  // namespace slipway::api
