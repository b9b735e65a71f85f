// server_bench [--json] [--only=catalogue|deployments|erasure|restart]: what the server costs, beside the limits of
// this machine measured in the same run.
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "base/error.h"
#include "bench/groups.h"
#include "bench/measures.h"
#include "bench/reference_server.h"

int main(int argc, char** argv) {
  using namespace slipway;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 3 && arguments[0] == "--reference-server") {
    try {
      return bench::serve_reference(arguments[1], static_cast<std::uint16_t>(std::stoi(arguments[2])));
    } catch (const Error& error) {
      std::fprintf(stderr, "server_bench: %s\n", error.message().c_str());
      return 2;
    }
  }
  constexpr std::array groups{
      bench::Group{"catalogue", bench::measure_catalogue}, bench::Group{"deployments", bench::measure_deployments},
      bench::Group{"erasure", bench::measure_erasure}, bench::Group{"restart", bench::measure_restart}};
  return bench::measure_groups(groups, arguments);
}
