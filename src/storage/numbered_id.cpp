#include "storage/numbered_id.h"

#include <fmt/format.h>

#include <charconv>

#include "base/error.h"
#include "base/text.h"

namespace slipway::storage {

std::optional<std::int64_t> number_of(std::string_view id, std::string_view prefix) {
  if (!equals_ignoring_case(id.substr(0, prefix.size()), prefix)) return std::nullopt;
  id.remove_prefix(prefix.size());
  // One number per id: no sign, no leading zero.
  if (id.size() < 2 || id[0] != '-' || id[1] < '1' || id[1] > '9') return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(id.data() + 1, id.data() + id.size(), number);
  if (error != std::errc() || end != id.data() + id.size()) return std::nullopt;
  return number;
}

std::int64_t stored_number(std::string_view id, std::string_view prefix) {
  if (id.empty()) return 0;
  if (const auto number = number_of(id, prefix)) return *number;
  fail(ErrorCode::internal, fmt::format("\"{}\" cannot be stored as an id of the form {}-12.", id, prefix));
}

std::string numbered_id(std::string_view prefix, std::int64_t number) {
  return number == 0 ? std::string() : fmt::format("{}-{}", prefix, number);
}

std::vector<Parameter> numbers_of(const std::vector<std::string>& ids, std::string_view prefix) {
  std::vector<Parameter> numbers;
  for (const auto& id : ids) {
    if (const auto number = number_of(id, prefix)) numbers.emplace_back(*number);
  }
  return numbers;
}

}  // namespace slipway::storage
