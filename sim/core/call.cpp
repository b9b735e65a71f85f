#include "sim/core/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace slipway::sim {

const Operation* find_operation(const std::vector<Operation>& table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Operation& o) { return o.name == name; });
  return found == table.end() ? nullptr : &*found;
}

json::value timestamp(Time time) {
  return static_cast<double>(std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count()) / 1000.0;
}

void set_timestamp(json::object& out, std::string_view name, const std::optional<Time>& time) {
  if (time) out[name] = timestamp(*time);
}

std::string text_or(const json::object& input, std::string_view name, std::string_view fallback) {
  return std::string(json::text_at(input, name).value_or(fallback));
}

std::string required_text(const json::object& input, std::string_view name) {
  std::string text = text_or(input, name);
  if (text.empty()) throw AwsError("InvalidParameterException", fmt::format("{} can not be blank.", name));
  return text;
}

std::vector<std::string> texts(const json::object& input, std::string_view name) {
  std::vector<std::string> out;
  const json::array* items = json::array_at(input, name);
  for (const json::value& item : items == nullptr ? json::array{} : *items) {
    if (!item.is_string()) throw AwsError("SerializationException", fmt::format("{} must hold strings.", name));
    out.emplace_back(json::view(item.get_string()));
  }
  return out;
}

std::vector<std::string> required_texts(const json::object& input, std::string_view name, std::size_t most) {
  std::vector<std::string> out = texts(input, name);
  if (out.empty()) throw AwsError("InvalidParameterException", fmt::format("{} can not be empty.", name));
  if (out.size() > most) {
    throw AwsError("InvalidParameterException", fmt::format("{} can have at most {} items.", name, most));
  }
  return out;
}

json::object page(std::string_view name, const std::vector<json::value>& items, const json::object& input,
                  std::size_t default_size, std::size_t largest_size) {
  const auto wanted = json::integer_at(input, "maxResults").value_or(static_cast<std::int64_t>(default_size));
  if (wanted < 1 || wanted > static_cast<std::int64_t>(largest_size)) {
    throw AwsError("InvalidParameterException", fmt::format("maxResults must be between 1 and {}.", largest_size));
  }
  std::size_t from = 0;
  if (const auto token = json::text_at(input, "nextToken")) {
    const auto parsed = std::from_chars(token->data(), token->data() + token->size(), from);
    if (parsed.ec != std::errc() || parsed.ptr != token->data() + token->size()) {
      throw AwsError("InvalidParameterException", "Invalid token.");
    }
  }
  from = std::min(from, items.size());
  const std::size_t to = std::min(items.size(), from + static_cast<std::size_t>(wanted));
  json::object out;
  json::array& list = out[name].emplace_array();
  list.insert(list.end(), items.begin() + static_cast<std::ptrdiff_t>(from),
              items.begin() + static_cast<std::ptrdiff_t>(to));
  if (to < items.size()) out["nextToken"] = std::to_string(to);
  return out;
}

}  // namespace slipway::sim
