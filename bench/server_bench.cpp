// server_bench [--json] [--only=catalogue|deployments|restart]: what the server costs, beside the limits of this
// machine measured in the same run.
#include <array>
#include <cstdio>
#include <exception>
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

/// Whether the group got to its end; what stops one must not hide the lines of the others.
bool measure_group(const Group& group, bench::Report& report) {
  try {
    group.measure(report);
    return true;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "server_bench: %s stopped: %s\n", std::string(group.name).c_str(), error.what());
    return false;
  }
}

int measure(const std::vector<std::string>& arguments) {
  bool as_json = false;
  std::string only;
  for (const std::string& argument : arguments) {
    if (argument == "--json") as_json = true;
    if (argument.starts_with("--only=")) only = argument.substr(7);
  }
  bench::Report report(as_json);
  bool complete = true;
  for (const Group& group : groups) {
    if (only.empty() || only == group.name) complete = measure_group(group, report) && complete;
  }
  return complete && report.ok() ? 0 : 1;
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
