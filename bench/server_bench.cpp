// server_bench [--json] [--only=catalogue|deployments|restart]: what the server costs, beside the limits of this
// machine measured in the same run.
#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "bench/measures.h"
#include "bench/reference_server.h"

namespace {

using namespace slipway;

struct Group {
  std::string_view name;
  void (*measure)(bench::Report&);
};
constexpr std::array groups{Group{"catalogue", bench::measure_catalogue},
                            Group{"deployments", bench::measure_deployments}, Group{"restart", bench::measure_restart}};

int measure(const std::vector<std::string>& arguments) {
  bool as_json = false;
  std::string only;
  for (const std::string& argument : arguments) {
    if (argument == "--json") as_json = true;
    if (argument.starts_with("--only=")) only = argument.substr(7);
  }
  bench::Report report(as_json);
  for (const Group& group : groups) {
    if (only.empty() || only == group.name) group.measure(report);
  }
  return report.ok() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    if (arguments.size() == 3 && arguments[0] == "--reference-server") {
      return bench::serve_reference(arguments[1], static_cast<std::uint16_t>(std::stoi(arguments[2])));
    }
    return measure(arguments);
  } catch (const Error& error) {
    std::fprintf(stderr, "server_bench: %s\n", error.message().c_str());
    return 2;
  }
}
