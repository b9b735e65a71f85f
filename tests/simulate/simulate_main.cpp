// simulate [--seeds N | --seconds N] [--seed S] [--trace]: runs the main job under faults from N seeds, or from as many
// as N seconds allow; the first one twice.
#include <sodium.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/json.h"
#include "simulation.h"

namespace {

using namespace slipway;

struct Arguments {
  std::uint64_t first_seed = 1;
  std::uint64_t seeds = 1;
  std::chrono::seconds seconds{0};  ///< when set, it and not `seeds` says when to end
  bool trace = false;
  std::string scenario = "sim/scenarios/demo.json";
};

Arguments read_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--trace") {
      arguments.trace = true;
    } else if (i + 1 < argc && name == "--seed") {
      arguments.first_seed = std::stoull(argv[++i]);
    } else if (i + 1 < argc && name == "--seeds") {
      arguments.seeds = std::stoull(argv[++i]);
    } else if (i + 1 < argc && name == "--seconds") {
      arguments.seconds = std::chrono::seconds(std::stoul(argv[++i]));
    } else if (i + 1 < argc && name == "--scenario") {
      arguments.scenario = argv[++i];
    } else {
      throw std::invalid_argument("usage: simulate [--seeds N | --seconds N] [--seed S] [--scenario FILE] [--trace]");
    }
  }
  return arguments;
}

json::value read_scenario(const std::string& file) {
  const std::ifstream in(file);
  if (!in) throw std::invalid_argument("can't read " + file + "; run from the project's root or give --scenario");
  std::ostringstream text;
  text << in.rdbuf();
  return json::parse(text.str());
}

simulate::Report run_seed(std::uint64_t seed, const json::object& scenario, bool trace) {
  simulate::Simulation simulation(seed, scenario);
  auto report = simulation.run();
  if (trace) {
    for (const auto& event : simulation.events().events()) std::cout << event << "\n";
  }
  return report;
}

/// Whether the campaign goes on after `runs` runs.
class Extent {
 public:
  explicit Extent(const Arguments& arguments)
      : seeds_(arguments.seeds), seconds_(arguments.seconds), end_(std::chrono::steady_clock::now() + seconds_) {}
  bool reaches(std::uint64_t runs) const {
    return seconds_.count() > 0 ? std::chrono::steady_clock::now() < end_ : runs < seeds_;
  }

 private:
  std::uint64_t seeds_;
  std::chrono::seconds seconds_;
  std::chrono::steady_clock::time_point end_;
};

}  // namespace

int main(int argc, char** argv) try {
  if (sodium_init() < 0) return 2;
  const Arguments arguments = read_arguments(argc, argv);
  const json::value scenario = read_scenario(arguments.scenario);
  const Extent extent(arguments);
  std::uint64_t failed = 0;
  std::uint64_t runs = 0;
  for (; extent.reaches(runs); ++runs) {
    const std::uint64_t seed = arguments.first_seed + runs;
    auto report = run_seed(seed, scenario.as_object(), arguments.trace);
    if (seed == arguments.first_seed && run_seed(seed, scenario.as_object(), false).digest != report.digest) {
      report.violations.push_back("the same seed gave another event log");
    }
    std::cout << "seed " << seed << ": " << report.events << " events, " << report.crashes << " crashes, "
              << describe_duration(report.virtual_time) << " of virtual time, log " << report.digest << "\n";
    for (const auto& violation : report.violations) std::cout << "  VIOLATED " << violation << "\n";
    if (!report.violations.empty()) {
      ++failed;
      std::cout << "  again: ./dev simulate --seeds 1 --seed " << seed << " --trace\n";
    }
  }
  std::cout << runs - failed << " passed, " << failed << " failed\n";
  return failed == 0 ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 2;
}
