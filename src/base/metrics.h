// What is counted and timed, told in Prometheus' text format.
//
// A series is made once and then costs an atomic addition; its labels come from sets that the code knows, never from
// what a client sends, so that their number is bounded.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/guarded.h"
#include "base/time.h"

namespace slipway {

/// Threads: any.
class Counter {
 public:
  void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// How long something took. Threads: any.
class Histogram {
 public:
  /// Upper bounds of the buckets; above the last there is one more.
  static constexpr std::array<double, 12> kSeconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 20, 60};
  void observe(Duration);

 private:
  friend class Metrics;
  std::array<std::atomic<std::uint64_t>, kSeconds.size() + 1> buckets_{};
  std::atomic<std::uint64_t> micros_{0};
};

/// Threads: any. What it hands out lives as long as it does.
class Metrics {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// The series of that name and labels, made when it is asked for first.
  Counter& counter(std::string_view name, std::string_view help, Labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, Labels = {});
  /// `read` is called for every text(); it must not call back.
  void gauge(std::string_view name, std::string_view help, Labels, std::function<double()> read);

  std::string text() const;

 private:
  struct Series {
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Histogram> histogram;
    std::function<double()> gauge;
  };
  struct Family {
    std::string help;
    std::map<std::string, Series> series;  ///< by labels, `a="x",b="y"`
  };
  using Families = std::map<std::string, Family, std::less<>>;
  static Series& series(Families&, std::string_view name, std::string_view help, Labels);

  Guarded<Families> families_;
};

}  // namespace slipway
