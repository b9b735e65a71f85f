// The thread that serves connections, which must outlive whatever one of them does.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>

#include "base/error.h"

namespace slipway::net {

/// Runs until nothing is left to do. What a callback throws ends that callback; `failed` hears of it on this thread.
/// Threads: the calling one alone.
void run_loop(boost::asio::io_context&, const std::function<void(const Error&)>& failed);

}  // namespace slipway::net
