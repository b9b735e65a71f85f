// Named instants at which a crash test kills the process. Compiled in only with SLIPWAY_FAILPOINTS.
//
// SLIPWAY_FAILPOINT_LOG=FILE lists each point as it is passed, one a line; SLIPWAY_FAILPOINT_KILL=N ends the process
// with SIGKILL at the N-th point passed (1-based). So a clean run enumerates the points, and later runs die at each.
#pragma once

namespace slipway {

#ifdef SLIPWAY_FAILPOINTS
void failpoint(const char* name);
#else
inline void failpoint(const char*) {}
#endif

}  // namespace slipway
