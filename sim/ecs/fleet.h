// The service scheduler and the life of tasks: what happens in the simulated clouds as time passes, as a queue of
// events on one timeline. Same world, seed and calls: same history.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "base/random.h"
#include "sim/core/pace.h"
#include "sim/ecs/world.h"

namespace slipway::sim {

/// Not thread-safe. `now` never goes back between calls; callers advance() to it first.
class Fleet {
 public:
  /// Called after each event that changed something of a place, with the event's time.
  using Changed = std::function<void(const Place&, Time)>;

  Fleet(World&, Pace, Rules, Random&, Changed);

  /// Plays every event due until `to`, in order of time.
  void advance(Time to);
  /// When the next event is due; none when nothing would ever happen without a call.
  std::optional<Time> next_event() const;

  /// The first deployment of a new service, or a new primary that supersedes the others.
  void start_deployment(const Place&, Service&, const std::string& task_definition, Time now);
  /// Ends the first deployment of a new service at once, as if it had succeeded long ago. Why not, when an image can't
  /// be pulled.
  std::optional<std::string> settle(const Place&, Service&, Time now);
  /// Goes back to the last completed deployment, as the circuit breaker and StopServiceDeployment do. False when there
  /// is none.
  bool roll_back(const Place&, Service&, std::string reason, Time now);
  /// Lets the scheduler look at the service soon: its desired count, rules or status changed.
  void wake(const Place&, Service&, Time now);
  void stop_task(const Place&, Task&, std::string stop_code, std::string reason, Time now);
  /// Desired 0 and DRAINING; INACTIVE when the last task is gone.
  void drain(const Place&, Service&, Time now);

  const Pace& pace() const { return pace_; }

 private:
  enum class Happening {
    service_tick,
    task_placed,
    task_pulled,
    task_started,
    task_healthy,
    task_unhealthy,
    task_crashed,
    task_stopped,
    task_forgotten,
  };
  struct Event {
    Time at;
    std::uint64_t order = 0;  ///< of scheduling, so that simultaneous events keep it
    Happening what = Happening::service_tick;
    Place place;
    std::string cluster;
    std::string subject;  ///< service name or task id
    bool operator<(const Event& o) const { return at != o.at ? at < o.at : order < o.order; }
  };

  void schedule(Time at, Happening, const Place&, const std::string& cluster, const std::string& subject);
  void play(const Event&);
  void play_task(Region&, Cluster&, Task&, const Event&);
  void look_again(const Place&, Service&, Time at);

  // What a service's scheduler does (fleet_services.cpp).
  void tick(Region&, Cluster&, Service&, Time now);
  void start_tasks(Region&, Cluster&, Service&, const Deployment&, int count, Time now);
  void stop_tasks(const Place&, Cluster&, Service&, bool of_primary, int count, Time now);
  void conclude_if_settled(const Cluster&, Service&, Time now);
  void complete(Service&, Time now);
  Deployment& add_deployment(Service&, Deployment, Time now);
  /// May trip the circuit breaker, and thereby replace the service's primary deployment.
  void count_failure(const Place&, Service&, const std::string& deployment, Time now);
  void delay_next_start(Service&, Time now);
  void trip_breaker(const Place&, Service&, Deployment&, Time now);
  void tell(Service&, Time now, std::string message);
  void tell_once(Service&, Time now, std::string message);

  // The life of a task (fleet_tasks.cpp).
  Task& launch(Region&, Cluster&, Service&, const Deployment&, Time now);
  void begin_pull(Region&, Cluster&, Task&, Time now);
  void finish_pull(Region&, Cluster&, Task&, Time now);
  void fail_to_start(Region&, Cluster&, Task&, std::string reason, Time now);
  void run(Region&, Cluster&, Task&, Time now);
  void become_healthy(const Place&, Cluster&, Task&, Time now);
  void become_unhealthy(const Place&, Cluster&, Task&, Time now);
  void crash(const Place&, Cluster&, Task&, Time now);
  void end(const Place&, Cluster&, Task&, Time now);

  std::string digits(std::size_t length);
  std::string hex(std::size_t length);
  Duration between(Duration least, Duration most);

  World& world_;
  const Pace pace_;
  const Rules rules_;
  Random& random_;
  Changed changed_;
  std::set<Event> queue_;
  std::uint64_t next_order_ = 0;
};

}  // namespace slipway::sim
