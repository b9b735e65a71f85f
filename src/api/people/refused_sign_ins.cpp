#include "api/people/refused_sign_ins.h"

#include <chrono>

namespace slipway::api {
namespace {

constexpr Duration kBetweenLines = std::chrono::seconds(10);
constexpr std::size_t kLongestAgent = 200;

}  // namespace

void RefusedSignIns::add(const net::Request& request, std::string_view why) {
  const std::uint64_t count = ++count_;
  std::uint64_t untold = 0;
  {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = clock_.steady();
    if (logged_ && now - *logged_ < kBetweenLines) return;
    logged_ = now;
    untold = count > told_ ? count - told_ - 1 : 0;
    told_ = count;
  }
  log_.warning("a sign-in was refused",
               {{"address", request.peer},
                {"agent", request.headers.find("User-Agent").value_or("").substr(0, kLongestAgent)},
                {"request", request.method + " " + request.path.substr(0, kLongestAgent)},
                {"why", why},
                {"others since the last line", untold}});
}

}  // namespace slipway::api
