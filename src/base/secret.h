// A value that must not be seen. It can be neither copied by accident, nor formatted, nor serialised: code that needs
// the bytes says reveal(), and a reader of that code can count the places.
#pragma once

#include <string>
#include <string_view>

namespace slipway {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(); }

  std::string_view reveal() const { return value_; }
  Secret clone() const { return Secret(value_); }
  bool empty() const { return value_.empty(); }

 private:
  void wipe() noexcept;
  std::string value_;
};

/// Same bytes, in time that does not depend on where they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace slipway
