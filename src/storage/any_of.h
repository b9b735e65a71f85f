// What a list's filter lets through.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"

namespace slipway::storage {

/// Any of these texts, none of which holds a comma; without one, the filter does not restrict.
class AnyOf {
 public:
  AnyOf() = default;
  AnyOf(std::string text) : joined_(std::move(text)) {}
  AnyOf(std::string_view text) : joined_(text) {}
  AnyOf(const char* text) : joined_(text) {}
  AnyOf(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) joined_ += (joined_.empty() ? "" : ",") + text;
  }

  /// For a filter that ListQuery declares `many`: the texts, with commas between them.
  Parameter parameter() const { return std::string_view(joined_); }

 private:
  std::string joined_;
};

}  // namespace slipway::storage
