#include "language/masking/secret_automaton.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace slipway::language {
namespace {

constexpr std::size_t kGram = 4;       // bytes that the filter loads
constexpr std::size_t kShortGram = 3;  // and those it looks at where a short secret would leave no room to skip
constexpr std::size_t kRoomToSkip = 7;
constexpr std::uint32_t kFirstThreeBytes = std::endian::native == std::endian::little ? 0x00FFFFFF : 0xFFFFFF00;
constexpr std::size_t kMaxStride = 8;  // more would make the filter too full to skip
constexpr std::size_t kBitsPerGram = 16;

/// Adds [begin, end), merging it with those that it overlaps. Ends never decrease from call to call.
void hide(std::vector<MaskingState::Hidden>& hidden, std::size_t begin, std::size_t end) {
  bool printed = false;
  while (!hidden.empty() && hidden.back().end > begin) {
    begin = std::min(begin, hidden.back().begin);
    printed = hidden.back().printed;
    hidden.pop_back();
  }
  hidden.push_back({begin, end, printed});
}

/// Appends text[0, decided), masked, and makes `hidden` count from there.
void emit(std::string_view text, std::size_t decided, std::vector<MaskingState::Hidden>& hidden, std::string& out) {
  std::size_t at = 0;
  std::size_t done = 0;
  for (MaskingState::Hidden& h : hidden) {
    if (h.begin >= decided) break;
    out += text.substr(at, h.begin - at);
    if (!h.printed) out += kMask;
    h.printed = true;
    at = std::min(h.end, decided);
    if (h.end > decided) break;
    ++done;
  }
  out += text.substr(at, decided - at);
  hidden.erase(hidden.begin(), hidden.begin() + static_cast<std::ptrdiff_t>(done));
  for (MaskingState::Hidden& h : hidden) {
    h.begin -= std::min(h.begin, decided);
    h.end -= decided;
  }
}

}  // namespace

SecretAutomaton::SecretAutomaton(std::vector<std::string> patterns) {
  std::sort(patterns.begin(), patterns.end());
  keep_long(patterns);
  for (std::string& pattern : patterns) {
    if (pattern.size() > kSearched) pattern = pattern.substr(0, kSearched);
  }
  patterns.erase(std::unique(patterns.begin(), patterns.end()), patterns.end());
  build_trie(patterns);
  build_fallbacks();
  build_filter(patterns);
}

void SecretAutomaton::keep_long(const std::vector<std::string>& patterns) {
  std::copy_if(patterns.begin(), patterns.end(), std::back_inserter(long_),
               [](const std::string& pattern) { return pattern.size() > kSearched; });
}

void SecretAutomaton::build_trie(const std::vector<std::string>& patterns) {
  // Breadth first over the sorted patterns: a node is the range of patterns that share its text.
  struct Range {
    std::size_t first, last;
  };
  std::vector<Range> ranges{{0, patterns.size()}};
  nodes_.push_back({});
  for (NodeId node = 0; node < nodes_.size(); ++node) {
    const std::size_t depth = nodes_[node].depth;
    nodes_[node].first_edge = static_cast<std::uint32_t>(edges_.size());
    auto [at, last] = ranges[node];
    if (at < last && patterns[at].size() == depth) {
      nodes_[node].match_length = static_cast<std::uint32_t>(depth);
      ++at;
    }
    while (at < last) {
      const char byte = patterns[at][depth];
      const std::size_t first = at;
      while (at < last && patterns[at][depth] == byte) ++at;
      edges_.push_back({static_cast<unsigned char>(byte), static_cast<NodeId>(nodes_.size())});
      ++nodes_[node].edge_count;
      Node next;
      next.depth = static_cast<std::uint32_t>(depth + 1);
      nodes_.push_back(next);
      ranges.push_back({first, at});
    }
  }
  for (std::size_t i = 0; i < nodes_[kRoot].edge_count; ++i) from_root_[edges_[i].byte] = edges_[i].target;
}

void SecretAutomaton::build_fallbacks() {
  // Nodes are in order of depth, so a node's fallback is complete before the node's children need it.
  for (NodeId node = 0; node < nodes_.size(); ++node) {
    for (std::size_t i = 0; i < nodes_[node].edge_count; ++i) {
      const Edge edge = edges_[nodes_[node].first_edge + i];
      Node& target = nodes_[edge.target];
      target.fallback = node == kRoot ? kRoot : step(nodes_[node].fallback, edge.byte);
      if (target.match_length == 0) target.match_length = nodes_[target.fallback].match_length;
    }
  }
}

void SecretAutomaton::build_filter(const std::vector<std::string>& patterns) {
  if (patterns.empty()) return;
  const auto shorter = [](const std::string& a, const std::string& b) { return a.size() < b.size(); };
  const std::size_t shortest = std::min_element(patterns.begin(), patterns.end(), shorter)->size();
  const std::size_t gram = shortest < kRoomToSkip ? kShortGram : kGram;
  gram_mask_ = gram == kGram ? 0xFFFFFFFF : kFirstThreeBytes;
  stride_ = std::clamp<std::size_t>(shortest - (gram - 1), 1, kMaxStride);
  const std::size_t bits =
      std::clamp<std::size_t>(std::bit_ceil(patterns.size() * stride_ * kBitsPerGram), 1 << 12, 1 << 20);
  filter_.resize(bits / 64);
  filter_shift_ = 32 - std::countr_zero(bits);
  for (const std::string& pattern : patterns) {
    for (std::size_t offset = 0; offset < stride_; ++offset) {
      char bytes[kGram] = {};
      pattern.copy(bytes, gram, offset);
      const std::size_t hash = hash_of(bytes);
      filter_[hash / 64] |= std::uint64_t{1} << (hash % 64);
    }
  }
}

std::size_t SecretAutomaton::hash_of(const char* four_bytes) const {
  std::uint32_t word;
  std::memcpy(&word, four_bytes, sizeof word);
  return ((word & gram_mask_) * 0x9E3779B1u) >> filter_shift_;
}

/// The first place at or after `from` where a secret may start; near the end of the text, where the filter cannot look,
/// simply the first unseen byte.
std::size_t SecretAutomaton::next_candidate(std::string_view text, std::size_t from) const {
  // A secret that starts at q has its filtered grams at q … q+stride-1; one of these is looked at.
  const std::size_t stride = stride_;
  std::size_t look = from + stride - 1;
  for (; look + kGram <= text.size(); look += stride) {
    const std::size_t hash = hash_of(text.data() + look);
    if ((filter_[hash / 64] >> (hash % 64) & 1) != 0) break;
  }
  return look - (stride - 1);
}

SecretAutomaton::NodeId SecretAutomaton::child(NodeId node, unsigned char byte) const {
  if (node == kRoot) return from_root_[byte];
  const Edge* first = edges_.data() + nodes_[node].first_edge;
  const Edge* last = first + nodes_[node].edge_count;
  for (; first != last; ++first) {
    if (first->byte == byte) return first->target;
  }
  return kRoot;
}

SecretAutomaton::NodeId SecretAutomaton::step(NodeId node, unsigned char byte) const {
  while (true) {
    if (const NodeId next = child(node, byte); next != kRoot || node == kRoot) return next;
    node = nodes_[node].fallback;
  }
}

/// Hides the byte in front of `at` where it goes on a secret that is followed.
void SecretAutomaton::follow(unsigned char byte, std::size_t at, MaskingState& state) const {
  if (state.followed.empty()) return;
  std::erase_if(state.followed, [&](MaskingState::Followed& followed) {
    const std::string& text = long_[followed.secret];
    return followed.seen == text.size() || static_cast<unsigned char>(text[followed.seen++]) != byte;
  });
  if (state.followed.empty()) return;
  auto& hidden = state.hidden;
  if (!hidden.empty() && hidden.back().end + 1 >= at) {
    hidden.back().end = at;
  } else {
    hidden.push_back({at - 1, at, true});
  }
}

void SecretAutomaton::begin_to_follow(std::string_view beginning, MaskingState& state) const {
  for (auto it = std::lower_bound(long_.begin(), long_.end(), beginning);
       it != long_.end() && it->starts_with(beginning) && state.followed.size() < kMostFollowed; ++it) {
    state.followed.push_back({static_cast<std::uint32_t>(it - long_.begin()), kSearched});
  }
}

std::size_t SecretAutomaton::run(std::string_view text, std::size_t from, MaskingState& state, std::string& out) const {
  if (empty()) {
    out += text;
    return text.size();
  }
  NodeId node = state.node;
  std::size_t at = from;
  while (at < text.size()) {
    std::size_t at_least = at;
    if (node == kRoot && state.followed.empty()) {
      at = std::min(next_candidate(text, at), text.size());
      at_least = std::min(at + stride_, text.size());
    }
    // From here byte by byte, until nothing that has begun is left.
    while (at < at_least || (at < text.size() && (node != kRoot || !state.followed.empty()))) {
      const auto byte = static_cast<unsigned char>(text[at++]);
      node = step(node, byte);
      const std::size_t length = nodes_[node].match_length;
      if (length != 0) hide(state.hidden, at - length, at);
      follow(byte, at, state);
      if (length == kSearched) begin_to_follow(text.substr(at - length, length), state);
    }
  }
  state.node = node;
  const std::size_t decided = text.size() - nodes_[node].depth;
  emit(text, decided, state.hidden, out);
  return decided;
}

void SecretAutomaton::flush(std::string_view text, MaskingState& state, std::string& out) {
  emit(text, text.size(), state.hidden, out);
  state = {};
}

}  // namespace slipway::language
