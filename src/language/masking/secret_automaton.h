// Finds all secrets of a set in one pass: Aho and Corasick's automaton, with a filter that skips text in which no
// secret can start. It knows the beginnings of secrets alone, so that long ones take little memory; where one was
// found, the text is followed for as long as it goes on as the secret does.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "language/masking/masking.h"

namespace slipway::language {

/// Immutable. Threads: any.
class SecretAutomaton {
 public:
  /// `patterns`: none shorter than four bytes, none with a line break.
  explicit SecretAutomaton(std::vector<std::string> patterns);

  bool empty() const { return nodes_.size() == 1; }

  /// Goes over `text` from `from` (what is before was seen by an earlier call with the same `state`), appends what is
  /// decided to `out` and returns how many bytes of `text` that covers. `state` then counts from there.
  std::size_t run(std::string_view text, std::size_t from, MaskingState& state, std::string& out) const;
  /// Appends all of `text`, which is what run() left, with what is hidden masked.
  static void flush(std::string_view text, MaskingState& state, std::string& out);

 private:
  using NodeId = std::uint32_t;
  static constexpr NodeId kRoot = 0;
  static constexpr std::size_t kSearched = 512;     // bytes of a secret's beginning
  static constexpr std::size_t kMostFollowed = 16;  // at once
  struct Node {
    std::uint32_t first_edge = 0;
    std::uint16_t edge_count = 0;
    NodeId fallback = kRoot;         // the longest proper suffix that is a node
    std::uint32_t depth = 0;         // bytes matched so far
    std::uint32_t match_length = 0;  // of the longest secret that ends here; 0 for none
  };
  struct Edge {
    unsigned char byte;
    NodeId target;
  };

  void keep_long(const std::vector<std::string>& patterns);
  void build_trie(const std::vector<std::string>& sorted_beginnings);
  void build_fallbacks();
  void build_filter(const std::vector<std::string>& patterns);
  NodeId child(NodeId, unsigned char byte) const;  // kRoot when there is none
  NodeId step(NodeId, unsigned char byte) const;
  void follow(unsigned char byte, std::size_t at, MaskingState&) const;
  void begin_to_follow(std::string_view beginning, MaskingState&) const;
  std::size_t hash_of(const char* four_bytes) const;
  std::size_t next_candidate(std::string_view text, std::size_t from) const;

  std::vector<Node> nodes_;
  std::vector<Edge> edges_;  // of one node side by side, by byte
  std::array<NodeId, 256> from_root_{};
  std::vector<std::string> long_;      // the secrets of more bytes than are searched for, sorted
  std::vector<std::uint64_t> filter_;  // a bit for each hash of a few bytes near the start of a secret
  int filter_shift_ = 0;
  std::uint32_t gram_mask_ = 0;  // of the loaded bytes, those that are looked at
  std::size_t stride_ = 1;       // how far apart the filter looks
};

}  // namespace slipway::language
