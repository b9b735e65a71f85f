// What happened in a simulation, in order: the same seed must give the same log.
#pragma once

#include <string>
#include <vector>

namespace slipway::simulate {

class EventLog {
 public:
  void add(std::string event) { events_.push_back(std::move(event)); }
  const std::vector<std::string>& events() const { return events_; }
  /// 32 hexadecimal digits over all events.
  std::string digest() const;

 private:
  std::vector<std::string> events_;
};

}  // namespace slipway::simulate
