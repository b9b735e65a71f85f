// `./dev bench server`: what the server costs, beside the limits of this machine measured in the same run.
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "bench/measures.h"
#include "bench/reference_server.h"

namespace {

using namespace slipway;

int measure(bool as_json) {
  bench::Report report(as_json);
  bench::measure_catalogue(report);
  bench::measure_deployments(report);
  bench::measure_restart(report);
  return report.ok() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  try {
    if (arguments.size() == 3 && arguments[0] == "--reference-server") {
      return bench::serve_reference(arguments[1], static_cast<std::uint16_t>(std::stoi(arguments[2])));
    }
    return measure(!arguments.empty() && arguments[0] == "--json");
  } catch (const Error& error) {
    std::fprintf(stderr, "server_bench: %s\n", error.message().c_str());
    return 2;
  }
}
