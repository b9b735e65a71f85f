#include "net/event_loop.h"

#include "base/failure.h"

namespace slipway::net {
namespace {

void tell(const std::function<void(const Error&)>& failed, const std::exception_ptr& thrown) noexcept {
  try {
    failed(error_of(thrown));
  } catch (...) {  // not even that is possible: nobody is left to tell
  }
}

}  // namespace

void run_loop(boost::asio::io_context& loop, const std::function<void(const Error&)>& failed) {
  for (;;) {
    try {
      loop.run();
      return;
    } catch (...) {
      tell(failed, std::current_exception());
    }
  }
}

}  // namespace slipway::net
