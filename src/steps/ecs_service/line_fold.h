// Folds equal lines of a rollout's log: a crash loop says the same hundreds of times. A line is told when it is new,
// and with its count each time that has doubled: "… (×16)". So a rollout logs a bounded number of lines, however long.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "steps/step.h"

namespace slipway::steps::ecs {

/// How often each line was said; journaled between looks. Keys are short hashes of lines without ids.
using SaidLines = std::map<std::string, int>;

/// One look's lines. Not thread-safe.
class LineFold {
 public:
  explicit LineFold(SaidLines& said) : said_(said) {}
  void say(LineKind kind, std::string text);
  /// What is to be told of this look, in the order of saying.
  std::vector<Line> take();

 private:
  struct Pending {
    Line line;
    std::string key;
    int before = 0;  ///< times said before this look
  };
  SaidLines& said_;
  std::vector<Pending> pending_;
};

}  // namespace slipway::steps::ecs
