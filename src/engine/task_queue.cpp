#include "engine/task_queue.h"

#include <tuple>

namespace slipway::engine {

bool TaskQueue::Order::operator<(const Order& o) const {
  return std::tie(o.priority, queued, id_length, id) < std::tie(priority, o.queued, o.id_length, o.id);
}

void TaskQueue::offer(const std::string& name, const Key& key) {
  if (!key.occupied && !key.waiting.empty()) heads_.emplace(*key.waiting.begin(), name);
}

void TaskQueue::withdraw(const Key& key) {
  if (!key.waiting.empty()) heads_.erase(*key.waiting.begin());
}

void TaskQueue::add(QueuedTask task) {
  if (where_.contains(task.id)) return;
  Key& key = keys_[task.concurrency_key];
  withdraw(key);
  Order order{task.priority, task.queued, task.id.size(), task.id};
  key.waiting.insert(order);
  offer(task.concurrency_key, key);
  where_.emplace(std::move(task.id), std::pair(std::move(task.concurrency_key), std::move(order)));
}

void TaskQueue::remove(std::string_view id) {
  const auto it = where_.find(id);
  if (it == where_.end()) return;
  const auto [name, order] = it->second;
  where_.erase(it);
  Key& key = keys_[name];
  withdraw(key);
  key.waiting.erase(order);
  offer(name, key);
  if (!key.occupied && key.waiting.empty()) keys_.erase(name);
}

std::vector<QueuedTask> TaskQueue::take(std::size_t most) {
  std::vector<QueuedTask> taken;
  while (taken.size() < most && !heads_.empty()) {
    const auto [order, name] = *heads_.begin();
    taken.push_back({order.id, name, order.priority, order.queued});
    Key& key = keys_[name];
    withdraw(key);
    key.waiting.erase(order);
    key.occupied = true;
    where_.erase(order.id);
  }
  return taken;
}

void TaskQueue::occupy(const std::string& name) {
  Key& key = keys_[name];
  withdraw(key);
  key.occupied = true;
}

void TaskQueue::free(const std::string& name) {
  const auto it = keys_.find(name);
  if (it == keys_.end()) return;
  it->second.occupied = false;
  offer(name, it->second);
  if (it->second.waiting.empty()) keys_.erase(it);
}

}  // namespace slipway::engine
