#include "bench/load.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "base/error.h"
#include "bench/connection.h"
#include "bench/report.h"

namespace slipway::bench {
namespace {

void must_be_ok(const Connection::Answer& answer, const std::string& path) {
  if (answer.status != 200) {
    fail(ErrorCode::unavailable,
         fmt::format("GET {} was answered with {}: {}", path, answer.status, answer.body.substr(0, 500)));
  }
}

}  // namespace

double now_ms() {
  const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(since_start).count();
}

double median_latency_ms(const Requests& requests, int count) {
  Connection connection(requests.port);
  std::vector<double> latencies;
  for (int i = 0; i < count; ++i) {
    const std::string& path = requests.paths[static_cast<std::size_t>(i) % requests.paths.size()];
    const double start = now_ms();
    const auto answer = connection.get(path, requests.api_key);
    latencies.push_back(now_ms() - start);
    must_be_ok(answer, path);
  }
  return median(std::move(latencies));
}

double answers_per_second(const Requests& requests, int connections, Duration duration) {
  std::atomic<std::int64_t> answered{0};
  std::atomic<bool> failed{false};
  const double start = now_ms();
  const double end = start + std::chrono::duration<double, std::milli>(duration).count();
  {
    std::vector<std::jthread> threads;
    for (int c = 0; c < connections; ++c) {
      threads.emplace_back([&, next = static_cast<std::size_t>(c) * 97]() mutable {
        Connection connection(requests.port);
        while (now_ms() < end && !failed) {
          const std::string& path = requests.paths[next++ % requests.paths.size()];
          if (connection.get(path, requests.api_key).status != 200) failed = true;
          ++answered;
        }
      });
    }
  }
  if (failed)
    fail(ErrorCode::unavailable,
         fmt::format("A request like GET {} was not answered with 200.", requests.paths.front()));
  return static_cast<double>(answered) * 1000 / (now_ms() - start);
}

double ms_to_first_answer(const Requests& requests, Duration patience) {
  const double start = now_ms();
  const double end = start + std::chrono::duration<double, std::milli>(patience).count();
  Connection connection(requests.port);
  for (;;) {
    const int status = connection.get(requests.paths.front(), requests.api_key).status;
    if (status == 200) return now_ms() - start;
    if (now_ms() > end) {
      fail(ErrorCode::unavailable,
           fmt::format("GET {} did not become 200 (last status {}).", requests.paths.front(), status));
    }
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

}  // namespace slipway::bench
