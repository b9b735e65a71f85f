#include "steps/ecs_service/line_fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "base/hash.h"
#include "base/text.h"
#include "steps/ecs_service/service_event.h"

namespace slipway::steps::ecs {
namespace {

constexpr std::size_t kMostLines = 200;  // different ones
constexpr std::string_view kRest = "rest";

std::string key_of(std::string_view text) { return to_hex(content_hash(without_ids(text)).substr(0, 6)); }

/// A power of two was reached between the two counts.
bool has_doubled(int before, int now) {
  return std::bit_width(static_cast<unsigned>(before)) != std::bit_width(static_cast<unsigned>(now));
}

}  // namespace

void LineFold::say(LineKind kind, std::string text) {
  std::string key = key_of(text);
  if (said_.size() >= kMostLines && !said_.contains(key)) {
    key = kRest;
    text = "This rollout has said much by now: lines of other kinds are left out from here on.";
  }
  int& times = said_[key];
  const auto known = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& p) { return p.key == key; });
  if (known == pending_.end()) pending_.push_back({{kind, std::move(text)}, std::move(key), times});
  if (times < 1'000'000) ++times;
}

std::vector<Line> LineFold::take() {
  std::vector<Line> lines;
  for (auto& [line, key, before] : std::exchange(pending_, {})) {
    const int times = said_.at(key);
    if (key == kRest ? before > 0 : !has_doubled(before, times)) continue;
    if (key != kRest && times > 1) line.text += fmt::format(" (×{})", times);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace slipway::steps::ecs
