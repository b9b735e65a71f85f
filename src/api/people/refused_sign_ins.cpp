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
    const auto last = last_line_.lock();
    const SteadyTime now = clock_.steady();
    if (last->at && now - *last->at < kBetweenLines) return;
    untold = count > last->count ? count - last->count - 1 : 0;
    *last = {now, count};
  }
  log_.warning("a sign-in was refused",
               {{"address", request.peer},
                {"agent", request.headers.find("User-Agent").value_or("").substr(0, kLongestAgent)},
                {"request", request.method + " " + request.path.substr(0, kLongestAgent)},
                {"why", why},
                {"others since the last line", untold}});
}

}  // namespace slipway::api
