#include "net/event_loop.h"

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace slipway::net {

TEST_CASE("whatever a callback throws, the loop tells of it and serves the others") {
  boost::asio::io_context loop{1};
  bool served = false;
  boost::asio::post(loop, [] { throw std::bad_alloc(); });
  boost::asio::post(loop, [] { throw std::logic_error("a defect"); });
  boost::asio::post(loop, [] { throw 42; });
  boost::asio::post(loop, [&] { served = true; });
  std::vector<std::string> told;
  run_loop(loop, [&](const Error& error) { told.push_back(error.message()); });
  CHECK(served);
  REQUIRE(told.size() == 3);
  CHECK(told[1].find("a defect") != std::string::npos);
}

}  // namespace slipway::net
