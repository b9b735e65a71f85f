#include "base/failpoint.h"

#ifdef SLIPWAY_FAILPOINTS

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "base/guarded.h"

namespace slipway {
namespace {

struct Plan {
  Plan() {
    if (const char* file = std::getenv("SLIPWAY_FAILPOINT_LOG")) log.open(file, std::ios::app);
    if (const char* n = std::getenv("SLIPWAY_FAILPOINT_KILL")) kill_at = std::strtol(n, nullptr, 10);
  }
  std::ofstream log;
  long kill_at = 0;
  long passed = 0;
};

}  // namespace

void failpoint(const char* name) {
  static Guarded<Plan> the_plan;
  const auto plan = the_plan.lock();
  ++plan->passed;
  if (plan->log.is_open()) plan->log << name << std::endl;
  if (plan->passed == plan->kill_at) ::kill(::getpid(), SIGKILL);
}

}  // namespace slipway

#endif
