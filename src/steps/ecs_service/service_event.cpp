#include "steps/ecs_service/service_event.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace slipway::steps::ecs {
namespace {

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/// A UUID as requests have it, or the 32 digits of a task.
bool is_id(std::string_view word) {
  const bool is_uuid = word.size() == 36 && word[8] == '-' && word[13] == '-' && word[18] == '-' && word[23] == '-';
  const auto dashes = std::count(word.begin(), word.end(), '-');
  return is_uuid ? dashes == 4 : word.size() == 32 && dashes == 0;
}

}  // namespace

bool is_routine(std::string_view message) {
  static constexpr std::array<std::string_view, 11> routine = {
      "has reached a steady state",
      "has started ",
      "has stopped ",
      "registered ",  // and "deregistered"
      "has begun draining connections",
      "deployment completed",
      "deployment in progress",
      "rolling back to deployment",
      "deployment failed: tasks failed to start",  // told by the deployment's own state
      "successfully set desired count",
      "updated computed"};
  return std::any_of(routine.begin(), routine.end(),
                     [&](std::string_view part) { return message.find(part) != std::string_view::npos; });
}

bool sums_up(std::string_view message) {
  return message.find("is unable to consistently start tasks") != std::string_view::npos;
}

std::string_view without_service(std::string_view message) {
  const auto end = message.starts_with("(service ") ? message.find(") ") : std::string_view::npos;
  return end == std::string_view::npos ? message : message.substr(end + 2);
}

bool names_deployment(std::string_view message, std::string_view deployment) {
  for (auto at = message.find(deployment); !deployment.empty() && at != std::string_view::npos;
       at = message.find(deployment, at + 1)) {
    const auto end = at + deployment.size();
    const bool goes_on = end < message.size() && message[end] >= '0' && message[end] <= '9';
    if (!goes_on) return true;
  }
  return false;
}

std::string without_ids(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto is_part = [](char c) { return is_hex(c) || c == '-'; };
    const auto end = std::find_if_not(text.begin(), text.end(), is_part);
    const auto length = std::max<std::size_t>(1, static_cast<std::size_t>(end - text.begin()));
    const std::string_view word = text.substr(0, length);
    if (is_id(word)) {
      out += "…";
    } else {
      out += word;
    }
    text.remove_prefix(length);
  }
  return out;
}

}  // namespace slipway::steps::ecs
