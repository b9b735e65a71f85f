// Masks known secrets in texts, at a cost that grows with the text and not with how many secrets are known.
#pragma once

#include <cstdint>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/secret.h"

namespace slipway {

/// Threads: any.
class Redactor {
 public:
  /// From now on `secret` is masked. Shorter than four bytes it is not: words would go with it.
  void add(std::string_view secret);
  /// `text` with every known secret replaced by ********; where several match, the longest.
  std::string redact(std::string_view text) const;

 private:
  const Secret* longest_at_start_of(std::string_view text) const;

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::uint32_t, std::vector<Secret>> by_first_bytes_;
};

}  // namespace slipway
