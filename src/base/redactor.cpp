#include "base/redactor.h"

#include <algorithm>
#include <cstring>
#include <mutex>

namespace slipway {
namespace {

constexpr std::string_view mask = "********";

/// The four bytes that secrets are found by.
std::uint32_t first_bytes(std::string_view text) {
  std::uint32_t bytes = 0;
  std::memcpy(&bytes, text.data(), sizeof bytes);
  return bytes;
}

}  // namespace

void Redactor::add(std::string_view secret) {
  if (secret.size() < sizeof(std::uint32_t)) return;
  const auto first = first_bytes(secret);
  const auto is_same = [&](const Secret& known) { return known.reveal() == secret; };
  {
    const std::shared_lock lock(mutex_);
    const auto known = by_first_bytes_.find(first);
    if (known != by_first_bytes_.end() && std::ranges::any_of(known->second, is_same)) return;
  }
  const std::unique_lock lock(mutex_);
  auto& known = by_first_bytes_[first];
  if (std::ranges::none_of(known, is_same)) known.emplace_back(std::string(secret));
}

const Secret* Redactor::longest_at_start_of(std::string_view text) const {
  if (text.size() < sizeof(std::uint32_t)) return nullptr;
  const auto known = by_first_bytes_.find(first_bytes(text));
  if (known == by_first_bytes_.end()) return nullptr;
  const Secret* longest = nullptr;
  for (const Secret& secret : known->second) {
    if (!text.starts_with(secret.reveal())) continue;
    if (longest == nullptr || secret.reveal().size() > longest->reveal().size()) longest = &secret;
  }
  return longest;
}

std::string Redactor::redact(std::string_view text) const {
  const std::shared_lock lock(mutex_);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (const Secret* secret = longest_at_start_of(text)) {
      out += mask;
      text.remove_prefix(secret->reveal().size());
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace slipway
