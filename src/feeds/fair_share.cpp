#include "feeds/fair_share.h"

#include <fmt/format.h>

#include <chrono>

#include "base/error.h"

namespace slipway::feeds {

FairShare::FairShare(const Clock& clock, unsigned most, Duration patience)
    : clock_(clock), most_(most), patience_(patience) {}

FairShare::Place FairShare::enter(const std::string& feed, const std::string& name, const Deadline& deadline) {
  constexpr auto look = std::chrono::milliseconds(100);  // what is waited for may not come
  auto feeds = feeds_.lock();
  Asked& asked = (*feeds)[feed];
  ++asked.waiting;
  while (asked.now >= most_) {
    const bool is_silent = clock_.steady() - asked.last_sign >= patience_;
    if (is_silent || deadline.is_over()) {
      --asked.waiting;
      fail(ErrorCode::unavailable,
           fmt::format("The feed '{}' does not answer {} requests that ask it already. Try again in a few seconds.",
                       name, most_));
    }
    feeds.wait_for(left_, look);
  }
  --asked.waiting;
  if (asked.now++ == 0) asked.last_sign = clock_.steady();
  return {*this, feed};
}

void FairShare::leave(const std::string& feed) {
  const auto feeds = feeds_.lock();
  const auto found = feeds->find(feed);
  found->second.last_sign = clock_.steady();
  if (--found->second.now == 0 && found->second.waiting == 0) feeds->erase(found);
  left_.notify_all();
}

}  // namespace slipway::feeds
