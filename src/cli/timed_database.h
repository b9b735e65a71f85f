// A database whose writes are timed as their callers see them: the wait for the writer and the sync included.
#pragma once

#include <memory>

#include "base/metrics.h"
#include "base/time.h"
#include "storage/database.h"

namespace slipway::cli {

/// The metrics outlive what is returned.
std::unique_ptr<storage::Database> timed(std::unique_ptr<storage::Database>, Metrics&, const Clock&);

}  // namespace slipway::cli
