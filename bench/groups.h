// A benchmark is groups of figures. Each is measured whatever becomes of the others, so that one that stops hides
// nothing.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "bench/report.h"

namespace slipway::bench {

struct Group {
  std::string_view name;
  void (*measure)(Report&);
};

/// Measures every group in order, or the one that `--only=NAME` names; `--json` prints for programs. What stopped a
/// group, and an argument that it does not know, is said on standard error. Returns an exit status: 0; 1 when a figure
/// is short of its target; 2 when something was not measured.
int measure_groups(std::span<const Group> groups, std::span<const std::string> arguments);

}  // namespace slipway::bench
