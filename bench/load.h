// How fast a server answers: one request after the other, or as many as a few connections can ask.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace slipway::bench {

struct Requests {
  std::uint16_t port = 0;
  std::vector<std::string> paths;  ///< asked in turn
  std::string api_key;
};

/// Milliseconds from sending to the last byte, at the median of `count` requests on one connection. Throws
/// Error{unavailable} when an answer is not 200.
double median_latency_ms(const Requests&, int count);

/// Answers per second over `duration`, `connections` asking in a closed loop. Throws as above.
double answers_per_second(const Requests&, int connections, Duration duration);

/// Milliseconds from now until the first path answers 200; throws Error{unavailable} after `patience`.
double ms_to_first_answer(const Requests&, Duration patience);

/// Milliseconds since some start, for measuring.
double now_ms();

}  // namespace slipway::bench
