// `slipway eval` and `slipway versions`.
#pragma once

#include <iosfwd>
#include <string>

namespace slipway::cli {

struct EvalOptions {
  std::string variables_file;
  std::string text;
  bool jsonl = false;
};

/// Exit status: 0, or 1 when tokens were missing.
int run_eval(const EvalOptions&, std::istream& in, std::ostream& out, std::ostream& err);
int run_versions(std::istream& in, std::ostream& out);

}  // namespace slipway::cli
