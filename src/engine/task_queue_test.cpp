#include "engine/task_queue.h"

#include <doctest/doctest.h>

#include <string>

using namespace slipway;
using namespace slipway::engine;

namespace {

std::string ids(const std::vector<QueuedTask>& tasks) {
  std::string out;
  for (const auto& t : tasks) out += (out.empty() ? "" : " ") + t.id;
  return out;
}

QueuedTask task(std::string id, std::string key, int second = 0, int priority = 0) {
  return {std::move(id), std::move(key), priority, from_micros(second * 1'000'000)};
}

}  // namespace

TEST_CASE("tasks start by priority, then oldest first (TSK-5)") {
  TaskQueue queue;
  queue.add(task("T-10", "a", 2));
  queue.add(task("T-9", "b", 2));
  queue.add(task("T-3", "c", 1));
  queue.add(task("T-11", "d", 3, 1));
  CHECK(ids(queue.take(10)) == "T-11 T-3 T-9 T-10");
  CHECK(queue.empty());
}

TEST_CASE("one task of a concurrency key runs at a time, and a blocked head holds nobody else up (TSK-2)") {
  TaskQueue queue;
  queue.add(task("T-1", "fern/web/prod", 1));
  queue.add(task("T-2", "fern/web/prod", 2));
  queue.add(task("T-3", "beta/web/prod", 3));
  CHECK(ids(queue.take(10)) == "T-1 T-3");
  CHECK(ids(queue.take(10)) == "");
  queue.free("fern/web/prod");
  CHECK(ids(queue.take(10)) == "T-2");
}

TEST_CASE("a task cancelled while queued is not taken, and its successor moves up") {
  TaskQueue queue;
  queue.occupy("k");
  queue.add(task("T-1", "k", 1));
  queue.add(task("T-2", "k", 2));
  queue.remove("T-1");
  queue.remove("T-1");
  CHECK(ids(queue.take(1)) == "");
  queue.free("k");
  CHECK(ids(queue.take(1)) == "T-2");
}

TEST_CASE("no more than asked for are taken") {
  TaskQueue queue;
  for (int i = 0; i < 5; ++i) queue.add(task("T-" + std::to_string(i), "k" + std::to_string(i), i));
  CHECK(ids(queue.take(2)) == "T-0 T-1");
  CHECK(ids(queue.take(2)) == "T-2 T-3");
}
