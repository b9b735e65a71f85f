#include "sim/ecs/fleet.h"

#include <utility>

namespace slipway::sim {

Fleet::Fleet(World& world, Pace pace, Rules rules, Random& random, Changed changed)
    : world_(world), pace_(pace), rules_(rules), random_(random), changed_(std::move(changed)) {}

void Fleet::advance(Time to) {
  while (!queue_.empty() && queue_.begin()->at <= to) {
    const Event event = std::move(queue_.extract(queue_.begin()).value());
    play(event);
  }
}

std::optional<Time> Fleet::next_event() const {
  return queue_.empty() ? std::nullopt : std::optional(queue_.begin()->at);
}

void Fleet::schedule(Time at, Happening what, const Place& place, const std::string& cluster,
                     const std::string& subject) {
  queue_.insert(Event{at, next_order_++, what, place, cluster, subject});
}

void Fleet::play(const Event& event) {
  Region& region = world_.region(event.place);
  const auto cluster = region.clusters.find(event.cluster);
  if (cluster == region.clusters.end()) return;
  if (event.what == Happening::service_tick) {
    const auto service = cluster->second.services.find(event.subject);
    // A tick that was moved, or whose service is gone, is void.
    if (service == cluster->second.services.end() || service->second.next_tick != event.at) return;
    tick(region, cluster->second, service->second, event.at);
  } else {
    const auto task = cluster->second.tasks.find(event.subject);
    if (task == cluster->second.tasks.end()) return;
    play_task(region, cluster->second, task->second, event);
  }
  changed_(event.place, event.at);
}

void Fleet::play_task(Region& region, Cluster& cluster, Task& task, const Event& event) {
  const Place& place = event.place;
  const Time now = event.at;
  // What was planned for a task that shall no longer run doesn't happen; only its end does.
  const bool starting = task.active() && task.status < TaskStatus::running;
  const bool running = task.active() && task.status == TaskStatus::running;
  switch (event.what) {
    case Happening::service_tick:
      break;
    case Happening::task_placed:
      if (starting) begin_pull(region, cluster, task, now);
      break;
    case Happening::task_pulled:
      if (starting) finish_pull(region, cluster, task, now);
      break;
    case Happening::task_started:
      if (starting) run(region, cluster, task, now);
      break;
    case Happening::task_healthy:
      if (running) become_healthy(place, cluster, task, now);
      break;
    case Happening::task_unhealthy:
      if (running) become_unhealthy(place, cluster, task, now);
      break;
    case Happening::task_crashed:
      if (running) crash(place, cluster, task, now);
      break;
    case Happening::task_stopped:
      if (task.status != TaskStatus::stopped) end(place, cluster, task, now);
      break;
    case Happening::task_forgotten:
      cluster.tasks.erase(event.subject);
      break;
  }
}

void Fleet::look_again(const Place& place, Service& service, Time at) {
  if (service.next_tick && *service.next_tick <= at) return;
  service.next_tick = at;
  schedule(at, Happening::service_tick, place, service.cluster, service.name);
}

void Fleet::wake(const Place& place, Service& service, Time now) {
  look_again(place, service, now + pace_.scheduler_tick);
}

std::string Fleet::digits(std::size_t length) {
  return random_.text(1, "123456789") + random_.text(length - 1, "0123456789");
}

std::string Fleet::hex(std::size_t length) { return random_.text(length, "0123456789abcdef"); }

Duration Fleet::between(Duration least, Duration most) {
  return least +
         Duration(static_cast<Duration::rep>(random_.below(static_cast<std::uint64_t>((most - least).count()) + 1)));
}

}  // namespace slipway::sim
