#include "bench/groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <vector>

#include "base/error.h"

namespace slipway::bench {
namespace {

bool measure(const Group& group, Report& report) {
  try {
    group.measure(report);
    return true;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{} stopped: {}\n", group.name, error.what());
    return false;
  }
}

}  // namespace

int measure_groups(std::span<const Group> groups, std::span<const std::string> arguments) {
  bool as_json = false;
  std::vector<Group> wanted(groups.begin(), groups.end());
  for (const std::string& argument : arguments) {
    if (argument == "--json") {
      as_json = true;
    } else if (argument.starts_with("--only=")) {
      std::erase_if(wanted, [&](const Group& group) { return group.name != argument.substr(7); });
    } else {
      fmt::print(stderr, "Unknown argument {}.\n", argument);
      return 2;
    }
  }
  Report report(as_json);
  const auto stopped = std::ranges::count_if(wanted, [&](const Group& group) { return !measure(group, report); });
  if (wanted.empty()) fmt::print(stderr, "No group of figures has that name.\n");
  if (stopped > 0 || wanted.empty()) return 2;
  return report.ok() ? 0 : 1;
}

}  // namespace slipway::bench
