// Marks a stretch of work that others wait for, such as a transaction. In it a thread must not do what takes as long as
// a user's text makes it take: evaluate templates, say. Debug builds check that; others do nothing.
#pragma once

#include <string_view>

#include "base/error.h"

namespace slipway {

#ifdef NDEBUG

class Brief {
 public:
  Brief() {}  // not trivial, so that it is no unused variable
  static void check_allows(std::string_view) {}
};

#else

class Brief {
 public:
  Brief() { ++depth(); }
  ~Brief() { --depth(); }
  Brief(const Brief&) = delete;
  Brief& operator=(const Brief&) = delete;

  /// `what` is what is about to be done, "evaluating a template".
  static void check_allows(std::string_view what) {
    if (depth() > 0) fail(ErrorCode::internal, std::string(what) + " inside a transaction keeps others waiting.");
  }

 private:
  static int& depth() {
    thread_local int depth = 0;
    return depth;
  }
};

#endif

}  // namespace slipway
