// The randomness seam. Secrets and ids come from SystemRandom; simulations pass a SeededRandom.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>

#include "base/guarded.h"

namespace slipway {

/// Threads: any.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<unsigned char> bytes) = 0;

  std::uint64_t number();
  /// Uniform in [0, bound); 0 when bound is 0.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [0, 1).
  double fraction();
  /// A random (version 4) UUID in lower case.
  std::string uuid();
  /// `length` characters of `alphabet`, unbiased.
  std::string text(std::size_t length, std::string_view alphabet);
};

class SystemRandom final : public Random {
 public:
  void fill(std::span<unsigned char> bytes) override;
};

/// Deterministic; never for secrets.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(std::mt19937_64(seed)) {}
  void fill(std::span<unsigned char> bytes) override;

 private:
  Guarded<std::mt19937_64> engine_;
};

}  // namespace slipway
