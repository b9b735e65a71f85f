// What the server's process asks of the kernel before it opens a file or reads a secret.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "base/time.h"

namespace slipway::cli {

/// Files that are made are their owner's alone, and a crash leaves no image of memory, where the master key lies.
void keep_process_private();

/// Tells systemd, if it started this process and wants to know, "READY=1" or "STOPPING=1".
void tell_supervisor(std::string_view state);

/// Raises the number of files that may be open as far as this process may; returns it.
std::size_t raise_open_files();

/// How many connections leave enough files for everything else: at most `wanted`.
unsigned connections_within(std::size_t open_files, unsigned wanted);

/// Runs `job` on a thread of its own; false when it takes longer than `time`. It is then left alone: the process must
/// end without what the job uses being destroyed.
bool finishes_within(Duration time, std::function<void()> job);

}  // namespace slipway::cli
