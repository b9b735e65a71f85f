#include "base/secret.h"

#include <sodium.h>

namespace slipway {

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    value_ = std::move(other.value_);
    other.wipe();
  }
  return *this;
}

void Secret::wipe() noexcept {
  // The whole buffer, also the inline one of short strings that a move leaves behind.
  value_.resize(value_.capacity());
  sodium_memzero(value_.data(), value_.size());
  value_.clear();
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace slipway
