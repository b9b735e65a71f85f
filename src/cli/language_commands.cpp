#include "cli/language_commands.h"

#include "base/disk.h"
#include "base/error.h"
#include "base/time.h"
#include "language/conformance/conformance.h"

namespace slipway::cli {
namespace {

std::string read_variables(const std::string& file) {
  if (file.empty()) return "{}";
  SystemDisk disk;
  auto text = disk.read(file);
  if (!text) fail_not_found("The variables file " + file + " does not exist.");
  return std::move(*text);
}

}  // namespace

int run_eval(const EvalOptions& options, std::istream& in, std::ostream& out, std::ostream& err) {
  const Time now = SystemClock().now();
  if (options.jsonl) return language::run_eval_jsonl(in, out, now);
  return language::eval_once(read_variables(options.variables_file), options.text, now, out, err);
}

int run_versions(std::istream& in, std::ostream& out) { return language::run_versions_jsonl(in, out); }

}  // namespace slipway::cli
