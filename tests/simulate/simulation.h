// One whole run of the main job under faults, from one seed: clouds, network, disk and a node that crashes and comes
// back, all on one thread under a virtual clock.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/disk.h"
#include "base/executor.h"
#include "base/random.h"
#include "event_log.h"
#include "network.h"
#include "node.h"
#include "shop.h"
#include "sim/core/simulator.h"
#include "storage/sqlite_fault_vfs.h"

namespace slipway::simulate {

struct Report {
  std::vector<std::string> violations;  ///< promises that did not hold; empty is good
  std::string digest;                   ///< of the event log
  std::size_t events = 0;
  int crashes = 0;
  Duration virtual_time{};
};

class Simulation {
 public:
  Simulation(std::uint64_t seed, const json::object& scenario);
  Report run();
  const EventLog& events() const { return events_; }

 private:
  void boot();
  void die();
  void crash();
  /// Runs jobs, crashing now and then, until all tasks have ended or too much time has passed.
  void run_to_the_end(const std::vector<std::string>& tasks);
  bool all_ended(const std::vector<std::string>& tasks);
  /// Reads every log as a client would: what was read before must still stand, under the same numbers.
  void read_logs(const std::vector<std::string>& tasks);
  void check_states(const std::vector<std::string>& tasks, const std::string& broken_account);
  void check_clouds();
  /// What one account's clouds were made to do.
  std::pair<std::int64_t, std::int64_t> registered_and_started(const std::string& account);
  json::value clouds(const std::string& path);

  SeededRandom luck_;    ///< of crashes and mishaps
  SeededRandom random_;  ///< of the executor and the node
  const json::object& scenario_;
  ManualClock clock_;
  EventLog events_;
  sim::Simulator clouds_;
  Network network_;
  SimulatedExecutor executor_;
  MemoryDisk disk_;
  Log log_;
  std::unique_ptr<storage::SqliteFaultVfs> vfs_;
  const cli::World world_;
  std::unique_ptr<Node> node_;
  Shop shop_;
  Report report_;
  bool is_dead_ = false;                                        ///< between die() and crash()
  std::map<std::string, std::vector<std::string>> seen_lines_;  ///< by task
};

}  // namespace slipway::simulate
