// Worker pools: where steps may ask to run. Plain values.
#pragma once

#include <boost/describe.hpp>
#include <string>

#include "model/schema.h"

namespace slipway::model {

/// Workers that steps may ask for by name. A new space has one, served by the server itself.
struct WorkerPool {
  static constexpr std::string_view type = "WorkerPool";
  std::string Id, SpaceId, Name, Slug, WorkerPoolType;
  bool IsDefault = false;
};
BOOST_DESCRIBE_STRUCT(WorkerPool, (), (Id, SpaceId, Name, Slug, WorkerPoolType, IsDefault))

Schema worker_pool_schema();

}  // namespace slipway::model
