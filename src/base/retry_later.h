// "Not now": thrown by a call that would have to wait, so that whoever runs it gives its thread back and comes again.
#pragma once

#include <exception>
#include <string>

#include "base/time.h"

namespace slipway {

class RetryLater : public std::exception {
 public:
  /// `nothing_happened`: the peer surely did not act (a limiter held the call back, or it was throttled); otherwise the
  /// call may have taken effect, and only looking can tell.
  RetryLater(Duration delay, std::string why, bool nothing_happened)
      : delay_(delay), why_(std::move(why)), nothing_happened_(nothing_happened) {}

  Duration delay() const { return delay_; }
  const std::string& why() const { return why_; }
  bool nothing_happened() const { return nothing_happened_; }
  const char* what() const noexcept override { return why_.c_str(); }

 private:
  Duration delay_;
  std::string why_;
  bool nothing_happened_;
};

}  // namespace slipway
