// Masks known secrets in texts, at a cost that grows with the text and hardly with how many secrets are known, also
// when they begin alike, as access keys and tokens do.
//
// A secret that was replaced or deleted stays masked until the server ends: what a peer says of it may come late.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/guarded.h"
#include "base/secret.h"

namespace slipway {

/// Threads: any.
class Redactor {
 public:
  /// From now on `secret` is masked. Shorter than eight bytes it is not: ordinary words would go with it. False when it
  /// is not, or was already.
  bool add(std::string_view secret);
  /// `text` with every known secret replaced by ********; where several match, the longest.
  std::string redact(std::string_view text) const;

 private:
  struct ByBytes {
    using is_transparent = void;
    static std::string_view bytes(const Secret& secret) { return secret.reveal(); }
    static std::string_view bytes(std::string_view text) { return text; }
    bool operator()(const auto& a, const auto& b) const { return bytes(a) < bytes(b); }
  };
  using Secrets = std::set<Secret, ByBytes>;
  using ByFirstBytes = std::unordered_map<std::uint32_t, Secrets>;
  /// The length of the longest secret that `text` begins with; 0 when it begins with none.
  static std::size_t longest_at_start_of(std::string_view text, const ByFirstBytes&);

  Guarded<ByFirstBytes, std::shared_mutex> by_first_bytes_;
};

}  // namespace slipway
