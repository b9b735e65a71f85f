// Keeps sensitive values out of log text (VAR-6).
//
// A Masker is made once of all sensitive values of a deployment; each log stream masks through a MaskingStream of its
// own. Masked are the values, and their base64, URL-escaped and JSON-escaped forms. A value with line breaks is masked
// line by line. Values and lines of fewer than four characters are left alone: masking them would garble every log.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::language {

/// What a reader sees instead of a sensitive value.
inline constexpr std::string_view kMask = "********";
/// In characters. Shorter values are not masked.
inline constexpr std::size_t kShortestSecret = 4;

class SecretAutomaton;

/// Immutable. Threads: any. One pass over the text, linear in its length whatever the secrets are.
class Masker {
 public:
  explicit Masker(const std::vector<std::string>& secrets);
  ~Masker();
  Masker(Masker&&) noexcept;
  Masker& operator=(Masker&&) noexcept;

  /// A text that is complete in itself.
  std::string mask(std::string_view text) const;
  /// True when there is nothing to mask.
  bool empty() const;

 private:
  friend class MaskingStream;
  std::unique_ptr<const SecretAutomaton> automaton_;
};

/// Where a pass over a text stands between two chunks.
struct MaskingState {
  struct Hidden {
    std::size_t begin, end;  ///< in the held text
    bool printed;            ///< its mask has been shown already
  };
  std::uint32_t node = 0;
  std::vector<Hidden> hidden;  ///< disjoint, in order
  /// A long secret whose beginning was seen, while the text goes on as it does.
  struct Followed {
    std::uint32_t secret;
    std::size_t seen;  ///< bytes of it
  };
  std::vector<Followed> followed;
};

/// One stream of log text that arrives in chunks, cut anywhere. Threads: one at a time. The Masker must outlive it.
class MaskingStream {
 public:
  explicit MaskingStream(const Masker& masker) : masker_(&masker) {}

  /// Returns what can be shown now: all finished lines, and of the last line all that cannot belong to a secret that
  /// has only begun.
  std::string feed(std::string_view chunk);
  /// The rest, at the end of the stream.
  std::string finish();

 private:
  const Masker* masker_;
  std::string held_;  // the unfinished end, which may be the start of a secret
  MaskingState state_;
};

}  // namespace slipway::language
