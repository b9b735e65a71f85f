#include "engine/engine.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <map>
#include <new>
#include <stdexcept>

#include "base/guarded.h"
#include "base/random.h"
#include "base/text.h"
#include "storage/database_testing.h"
#include "storage/ids.h"
#include "storage/journal.h"
#include "storage/queue_hold.h"
#include "storage/resources.h"
#include "storage/sqlite_fault_vfs.h"
#include "storage/task_log.h"

using namespace slipway;
using namespace slipway::engine;
using namespace std::chrono_literals;
using steps::AwaitState;
using steps::Outcome;
using storage::TaskState;

namespace {

/// The outside world of these tests: what steps changed in it, and who listens.
struct World {
  int acts = 0;
  int finds = 0;
  int reads = 0;
  bool effect_visible = false;
  std::function<void()> on_act;  ///< may throw
  std::map<int, steps::Watch::Observer> observers;
  int next_observer = 0;
  json::value last_observation;

  void tell(json::value observation) {
    last_observation = observation;
    const auto copy = observers;
    for (const auto& [id, observer] : copy) observer(observation);
  }
};

class Listening final : public steps::Subscription {
 public:
  Listening(World& world, int id) : world_(world), id_(id) {}
  ~Listening() override { world_.observers.erase(id_); }

 private:
  World& world_;
  int id_;
};

/// Over when a text is observed; prints each number on the way.
class TextWatch final : public steps::Watch {
 public:
  explicit TextWatch(World& world) : world_(world) {}
  Progress next(const json::value& state, const json::value& seen) const override {
    if (seen.is_string()) return {nullptr, {{steps::LineKind::Info, "settled"}}, seen};
    if (seen == state) return {state, {}, std::nullopt};
    return {seen, {{steps::LineKind::Info, "at " + json::to_text(seen)}}, std::nullopt};
  }
  std::unique_ptr<steps::Subscription> subscribe(Observer observer) const override {
    const int id = world_.next_observer++;
    world_.observers[id] = observer;
    if (!world_.last_observation.is_null()) observer(world_.last_observation);
    return std::make_unique<Listening>(world_, id);
  }

 private:
  World& world_;
};

class Step final : public steps::StepType {
 public:
  using Body = std::function<Outcome(steps::StepContext&)>;
  explicit Step(Body body) : body_(std::move(body)) {}
  const model::StepDeclaration& declaration() const override { return declaration_; }
  Outcome execute(steps::StepContext& context) const override { return body_(context); }

 private:
  Body body_;
  model::StepDeclaration declaration_{.type = "Test", .name = "Test", .category = "Other", .description = "Tests."};
};

class PlainInputs final : public UnitInputs {
 public:
  explicit PlainInputs(steps::ActionSpec action) : action_(std::move(action)) {}
  const steps::ActionSpec& action() const override { return action_; }
  std::string evaluate(std::string_view text) const override { return std::string(text); }
  std::optional<std::string> variable(std::string_view) const override { return std::nullopt; }
  std::string secret_property(std::string_view) const override { return "hunter2"; }
  std::string mask(std::string_view text) const override {
    std::string out(text);
    if (const auto at = out.find("hunter2"); at != std::string::npos) out.replace(at, 7, "********");
    return out;
  }

 private:
  steps::ActionSpec action_;
};

/// Every task has the plan given here.
class PlainSource final : public TaskSource {
 public:
  planning::Plan the_plan;
  std::vector<std::string> ended_tasks;
  Guarded<planning::StepResults> seen;  ///< by the step that started last; some tests run tasks on several threads

  std::function<void()> on_plan, on_inputs, on_condition;  ///< may throw

  planning::Plan plan(storage::Reader&, const storage::TaskRecord&) override {
    if (on_plan) on_plan();
    return the_plan;
  }
  std::shared_ptr<const UnitInputs> inputs(const storage::TaskRecord&, const planning::PlannedStep&,
                                           const planning::PlannedAction& action,
                                           const planning::StepResults& results) override {
    if (on_inputs) on_inputs();
    seen.with([&](planning::StepResults& last) { last = results; });
    return std::make_shared<PlainInputs>(steps::ActionSpec{action.ActionId, action.Name, action.ActionType, {}, {}});
  }
  bool condition(const storage::TaskRecord&, const std::string&, const planning::StepResults&) override {
    if (on_condition) on_condition();
    return true;
  }
  std::string seal(const std::string&, const std::string& text) override { return to_hex(text); }
  std::string unseal(const std::string&, const std::string& sealed) override {
    std::string text;
    for (std::size_t i = 0; i < sealed.size(); i += 2)
      text += static_cast<char>(std::stoi(sealed.substr(i, 2), nullptr, 16));
    return text;
  }
  std::string lock_name(std::string_view plain_key) override { return "lock of " + std::to_string(plain_key.size()); }
  void started(storage::Txn&, const storage::TaskRecord&) override {}
  void ended(storage::Txn&, const storage::TaskRecord& task, TaskState, std::string_view) override {
    ended_tasks.push_back(task.id);
  }
};

planning::Plan plan_of(std::vector<std::string> types) {
  planning::Plan plan;
  int number = 0;
  for (auto& type : types) {
    ++number;
    planning::PlannedStep step;
    step.Number = step.Group = number;
    step.Name = "step " + std::to_string(number);
    planning::PlannedAction action;
    action.Unit = number;
    action.Name = step.Name;
    action.ActionType = type;
    step.Actions.push_back(action);
    plan.Steps.push_back(step);
  }
  return plan;
}

Outcome wait_for_text(steps::StepContext& ctx, World& world) {
  const auto settled = ctx.await<std::string>("settled", TextWatch(world), 10h);
  return settled.pending() ? Outcome::pending() : Outcome::success();
}

/// One node on one thread under virtual time; crash() drops it and boots another on the same database.
class Node {
 public:
  using Body = std::function<Outcome(steps::StepContext&, World&)>;
  /// With a step that waits until the world tells a text.
  Node() : Node(wait_for_text) {}
  explicit Node(Body body, std::vector<std::string> types = {"Test"}, storage::SqliteFaultVfs* disk = nullptr)
      : folder_(make_folder()), disk_(disk) {
    catalogue_.add(
        std::make_unique<Step>([this, body = std::move(body)](steps::StepContext& ctx) { return body(ctx, world); }));
    source.the_plan = plan_of(std::move(types));
    boot();
  }
  ~Node() {
    engine_.reset();
    executor.drop_all();  // jobs hold observers of the world
    close();
    std::filesystem::remove_all(folder_);
  }

  void crash() {
    executor.drop_all();
    engine_.reset();
    world.observers.clear();
    disk_full = false;
    boot();
  }
  /// From now on nothing is stored: what goes on in this process is as good as dead, until crash().
  void die() { disk_full = true; }
  storage::Database& database() { return *database_; }
  /// All bytes of the database's files.
  std::string bytes() const {
    std::string all;
    for (const auto* end : {"/slipway.db", "/slipway.db-wal"}) {
      std::ifstream in(folder_ + end, std::ios::binary);
      all.append(std::istreambuf_iterator<char>(in), {});
    }
    return all;
  }
  std::string deploy(std::string key = "tenant/project/env", std::optional<Time> expiry = std::nullopt,
                     Duration later = 0us) {
    storage::TaskRecord task;
    task.space = "Spaces-1";
    task.concurrency_key = std::move(key);
    task.name = "Deploy";
    task.queued = clock.now() + later;
    task.queue_expiry = expiry;
    database_->write("queue", [&](storage::Txn& txn) {
      task.id = ids_.next(txn, "ServerTasks");
      storage::insert_task(txn, task);
    });
    return task.id;
  }
  void cancel(const std::string& id) {
    database_->write("cancel", [&](storage::Txn& txn) { storage::cancel_task(txn, id, clock.now()); });
  }
  void run(Duration length = 1h) {
    const SteadyTime until = clock.steady() + length;
    while (executor.step(until)) {
    }
  }
  /// Like run(), and the time is over afterwards, whether something happened in it or not.
  void pass(Duration length) {
    const SteadyTime until = clock.steady() + length;
    run(length);
    clock.advance(std::max(until - clock.steady(), Duration(0)));
    run(Duration(0));
  }
  /// Another holder takes the task, as a second node would after a lost lease.
  void take_over_elsewhere(const std::string& id) {
    database_->write("take over", [&](storage::Txn& txn) {
      storage::end_other_nodes(txn, "node2");
      storage::take_over_task(txn, id, {"node2", 1});
    });
  }
  storage::TaskRecord task(const std::string& id) {
    return *database_->read([&](storage::Reader& r) { return storage::find_task(r, id); });
  }
  std::vector<std::string> log(const std::string& id) {
    std::vector<std::string> lines;
    for (const auto& line : database_->read([&](storage::Reader& r) { return storage::read_log(r, id, 0, 1000); })) {
      lines.push_back(line.text);
    }
    return lines;
  }

  /// All that the database holds of a unit's journal.
  std::string journal(const std::string& id, int unit) {
    std::string all;
    for (const auto& e : database_->read([&](storage::Reader& r) { return storage::entries_of(r, id, unit); })) {
      all += e.name + e.body;
    }
    return all;
  }
  std::string outcome(const std::string& id, std::size_t unit) {
    return database_->read([&](storage::Reader& r) { return storage::units_of(r, id).at(unit - 1).outcome; });
  }

  ManualClock clock;
  SeededRandom random{7};
  SimulatedExecutor executor{clock, random};
  World world;
  PlainSource source;
  EngineOptions options;
  bool disk_full = false;
  std::vector<std::string> server_log;

  /// From now on, for so long.
  void fill_disk(Duration length) {
    disk_full = true;
    executor.post_at(clock.steady() + length, [this] { disk_full = false; });
  }
  /// Says whether the space's queue is stopped; tasks made by deploy() belong to it.
  void stop_queue(bool is_stopped) {
    database_->write("space", [&](storage::Txn& txn) {
      auto row = storage::find_resource(txn, "Spaces-1");
      const bool is_new = !row;
      if (is_new) row = storage::StoredResource{.id = "Spaces-1", .type = "Space", .name = "Default"};
      row->body = json::to_text(json::object{{"Id", "Spaces-1"}, {"TaskQueueStopped", is_stopped}});
      is_new ? storage::insert_resource(txn, *row) : storage::update_resource(txn, *row);
    });
  }
  void hold_queue(bool stands_still) {
    database_->write("hold", [&](storage::Txn& txn) {
      storage::hold_queue(txn, {"The database was restored.", clock.now(), stands_still});
    });
  }
  bool release_queue() {
    return database_->write("release", [](storage::Txn& txn) { return storage::release_queue(txn); });
  }
  void change_row(const storage::Query& query) {
    database_->write("change", [&](storage::Txn& txn) { txn.run(query, {}); });
  }

 private:
  static std::string make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "slipway-engine-XXXXXX").string();
    return mkdtemp(name.data()) ? name : throw std::runtime_error("no temporary folder");
  }
  void close() {
    database_.reset();
    real_database_.reset();
  }
  void boot() {
    storage::DatabaseOptions database;
    database.path = folder_ + "/slipway.db";
    database.inline_writes = true;
    if (disk_ != nullptr) database.vfs = disk_->name();
    close();
    real_database_ = storage::open_sqlite(database, log_);
    database_ = std::make_unique<storage::testing::RefusingDatabase>(*real_database_, disk_full);
    engine_ = std::make_unique<Engine>(EngineParts{*database_, executor, clock, log_, catalogue_, source, options});
    engine_->start("installation");
  }

  std::string folder_;
  storage::SqliteFaultVfs* disk_;
  Log log_{clock, LogLevel::info, [this](std::string_view line) { server_log.emplace_back(line); }};
  steps::StepCatalogue catalogue_;
  storage::Ids ids_;
  std::unique_ptr<storage::Database> real_database_, database_;
  std::unique_ptr<Engine> engine_;
};

steps::Effect<int> counted(World& world, bool findable = true) {
  steps::Effect<int> effect;
  if (findable) {
    effect.find = [&world]() -> std::optional<int> {
      ++world.finds;
      return world.effect_visible ? std::optional(42) : std::nullopt;
    };
  }
  effect.act = [&world] {
    ++world.acts;
    if (world.on_act) world.on_act();
    return 42;
  };
  return effect;
}

Outcome change_once(steps::StepContext& ctx, World& world) {
  ctx.effect("change", counted(world));
  return Outcome::success();
}

}  // namespace

TEST_CASE("a task runs its step and succeeds") {
  Node node([&](steps::StepContext& ctx, World&) {
    ctx.log(steps::LineKind::Info, "the password is hunter2");
    return Outcome::success();
  });
  const auto id = node.deploy();
  node.run();
  CHECK(node.task(id).state == TaskState::Success);
  CHECK(node.log(id) == std::vector<std::string>{"the password is ********"});
  CHECK(node.source.ended_tasks == std::vector{id});
}

TEST_CASE("a failing step fails its task with its message, and later steps are skipped") {
  Node node([](steps::StepContext&, World&) -> Outcome { fail_invalid("The cluster does not exist."); },
            {"Test", "Test"});
  const auto id = node.deploy();
  node.run();
  CHECK(node.task(id).state == TaskState::Failed);
  CHECK(node.task(id).error == "Step step 1: The cluster does not exist.");
  CHECK(node.log(id).back() == "Skipped. It runs only on success, and an earlier step failed.");
}

TEST_CASE("a step of a type that this server lacks fails with what to do") {
  Node node([](steps::StepContext&, World&) { return Outcome::success(); }, {"Octopus.Unheard"});
  const auto id = node.deploy();
  node.run();
  CHECK(node.task(id).state == TaskState::Failed);
  CHECK(node.task(id).error.find("no step of type \"Octopus.Unheard\"") != std::string::npos);
}

TEST_CASE("a waiting step is entered again from its top, and nothing is read, done or logged twice") {
  int entries = 0;
  Node node([&](steps::StepContext& ctx, World& world) {
    ++entries;
    ctx.log(steps::LineKind::Info, "begin");
    const int read = ctx.observe("read", [&] { return ++world.reads; });
    const int done = ctx.effect("change", counted(world));
    const auto settled = ctx.await<std::string>("settled", TextWatch(world), 10min);
    if (settled.pending()) return Outcome::pending();
    ctx.log(steps::LineKind::Info, fmt::format("{} {} {}", read, done, *settled.value));
    return Outcome::success();
  });
  const auto id = node.deploy();
  node.run(1min);
  CHECK(node.task(id).state == TaskState::Executing);
  node.world.tell(1);
  node.run(1s);
  node.world.tell(1);
  node.run(1s);
  CHECK(entries == 1);
  node.world.tell("ok");
  node.run(1s);
  CHECK(node.task(id).state == TaskState::Success);
  CHECK(entries == 2);
  CHECK(node.world.reads == 1);
  CHECK(node.world.acts == 1);
  CHECK(node.log(id) == std::vector<std::string>{"begin", "at 1", "settled", "1 42 ok"});
}

TEST_CASE("after a crash a waiting step waits on, with its log as it was") {
  Node node([&](steps::StepContext& ctx, World& world) {
    ctx.log(steps::LineKind::Info, "begin");
    ctx.effect("change", counted(world));
    return wait_for_text(ctx, world);
  });
  const auto id = node.deploy();
  node.run(1min);
  node.world.tell(1);
  node.run(1s);
  node.crash();
  node.run(1s);
  CHECK(node.log(id) == std::vector<std::string>{"begin", "at 1"});
  node.world.tell("ok");
  node.run(1s);
  CHECK(node.task(id).state == TaskState::Success);
  CHECK(node.world.acts == 1);
  CHECK(node.log(id) == std::vector<std::string>{"begin", "at 1", "settled"});
}

TEST_CASE("what a step logs is read while it works, well before its next journal entry") {
  Node* self = nullptr;
  std::vector<std::string> seen;
  Node node([&](steps::StepContext& ctx, World&) {
    ctx.log(steps::LineKind::Info, "asking");
    ctx.log(steps::LineKind::Info, "still asking");
    ctx.observe("read", [&] {
      self->run(100ms);
      CHECK(self->log("ServerTasks-1").empty());
      self->run(200ms);
      seen = self->log("ServerTasks-1");
      return 1;
    });
    ctx.log(steps::LineKind::Info, "answered");
    return Outcome::success();
  });
  self = &node;
  node.deploy();
  node.run();
  CHECK(seen == std::vector<std::string>{"asking", "still asking"});
  CHECK(fmt::format("{}", fmt::join(node.log("ServerTasks-1"), ", ")) == "asking, still asking, answered");
}

TEST_CASE("a line that was read before a crash is there once, under its number, whatever the step logs again") {
  int entries = 0;
  Node node([&](steps::StepContext& ctx, World&) -> Outcome {
    const bool is_first = ++entries == 1;
    ctx.log(steps::LineKind::Info, "asking");
    if (is_first) ctx.log(steps::LineKind::Info, "the first time");
    if (is_first) throw RetryLater(1h, "the peer is away", true);
    ctx.log(steps::LineKind::Info, "the second time");
    ctx.log(steps::LineKind::Info, "and on");
    ctx.observe("read", [] { return 1; });
    return Outcome::success();
  });
  const auto id = node.deploy();
  node.run(1min);
  CHECK(node.log(id) == std::vector<std::string>{"asking", "the first time"});
  node.crash();
  node.run();
  CHECK(entries == 2);
  CHECK(fmt::format("{}", fmt::join(node.log(id), ", ")) == "asking, the first time, and on");
}

TEST_CASE("a change whose answer was lost is looked for, and adopted when it is there") {
  Node node(change_once);
  node.world.on_act = [&] {
    node.world.effect_visible = true;
    throw RetryLater(1s, "the answer was lost", false);
  };
  const auto id = node.deploy();
  node.run();
  CHECK(node.task(id).state == TaskState::Success);
  CHECK(node.world.acts == 1);
  CHECK(node.world.finds == 1);
}

TEST_CASE("a lost change that is not there is made again, but only once a late call could no longer take effect") {
  Node node(change_once);
  SteadyTime first{}, second{};
  node.world.on_act = [&] {
    if (node.world.acts == 1) {
      first = node.clock.steady();
      throw RetryLater(1s, "the answer was lost", false);
    }
    second = node.clock.steady();
  };
  const auto id = node.deploy();
  node.run();
  CHECK(node.task(id).state == TaskState::Success);
  CHECK(node.world.acts == 2);
  CHECK(second - first >= node.options.settle_time);
}

TEST_CASE("a call that surely did nothing is made again without looking") {
  Node node(change_once);
  node.world.on_act = [&] {
    if (node.world.acts < 4) throw RetryLater(2s, "throttled", true);
  };
  const auto id = node.deploy();
  node.run();
  CHECK(node.task(id).state == TaskState::Success);
  CHECK(node.world.acts == 4);
  CHECK(node.world.finds == 0);
}

TEST_CASE("a task whose writes are refused goes on once the disk has room again, and changes nothing twice") {
  Node node(change_once);
  node.world.on_act = [&] {
    node.world.effect_visible = true;
    node.fill_disk(17s);
  };
  const auto id = node.deploy();
  node.run();
  CHECK(node.task(id).state == TaskState::Success);
  CHECK(node.world.acts == 1);
  CHECK(node.world.finds == 1);
}

TEST_CASE("a claim that the database refuses is made again") {
  Node node(change_once);
  const auto first = node.deploy("one");
  const auto second = node.deploy("two");
  node.fill_disk(17s);
  node.run();
  CHECK(node.task(first).state == TaskState::Success);
  CHECK(node.task(second).state == TaskState::Success);
}

TEST_CASE("a task whose records make no sense fails alone; the others go on") {
  constexpr storage::Query spoil_plans{"spoil plans", "UPDATE contents SET packed = x'00'"};
  Node node;
  const auto spoilt = node.deploy();
  node.run(1min);
  CHECK(node.task(spoilt).state == TaskState::Executing);
  node.change_row(spoil_plans);
  node.crash();
  node.world.tell("done");
  node.run();
  CHECK(node.task(spoilt).state == TaskState::Failed);
  CHECK(node.task(spoilt).error.starts_with("The records of this deployment can't be read"));
  const auto next = node.deploy();
  node.run();
  CHECK(node.task(next).state == TaskState::Success);
}

TEST_CASE("TSK-7: while AWS keeps it waiting, a canceled step ends at once and changes nothing more") {
  Node node(change_once);
  node.world.on_act = [] { throw RetryLater(20min, "throttled by AWS", true); };
  const auto id = node.deploy();
  node.run(10s);
  const int acts = node.world.acts;
  node.cancel(id);
  node.run(10s);
  CHECK(node.task(id).state == TaskState::Canceled);
  CHECK(node.world.acts == acts);
}

TEST_CASE("TSK-7: a canceled step first finds out what became of a call whose answer was lost") {
  Node node(change_once);
  node.world.on_act = [] { throw RetryLater(1s, "the answer was lost", false); };
  const auto id = node.deploy();
  node.run(2s);
  node.cancel(id);
  node.run();
  CHECK(node.task(id).state == TaskState::Canceled);
  CHECK(node.world.acts == 1);
  CHECK(node.world.finds > 0);
}

TEST_CASE("SCH-1: a task whose expiry passed while the server was down times out") {
  Node node(change_once);
  const auto id = node.deploy("key", node.clock.now() + 1min);
  node.clock.advance(2min);
  node.crash();
  node.run();
  CHECK(node.task(id).state == TaskState::TimedOut);
  CHECK(node.world.acts == 0);
}

TEST_CASE("what a step read and set is kept encrypted where it holds a secret") {
  Node node(
      [](steps::StepContext& ctx, World& world) {
        if (ctx.action().name == "step 2") return Outcome::success();
        const auto read = ctx.observe("read", [] { return std::string("quote \" and hunter2"); });
        CHECK(read == "quote \" and hunter2");
        ctx.output("Secret", read);
        ctx.output("Plain", "public");
        return wait_for_text(ctx, world);
      },
      {"Test", "Test"});
  const auto id = node.deploy();
  node.run(1min);
  CHECK(node.journal(id, 1).find("hunter2") == std::string::npos);
  CHECK(node.journal(id, 1).find("sealed:") != std::string::npos);
  node.crash();
  node.world.tell("done");
  node.run();
  CHECK(node.task(id).state == TaskState::Success);
  CHECK(node.outcome(id, 1).find("hunter2") == std::string::npos);
  CHECK(node.outcome(id, 1).find("public") != std::string::npos);
  CHECK(node.source.seen.lock()->outputs.at("step 1").at("Secret") == "quote \" and hunter2");
}

TEST_CASE("a stall is told in the task's log, ever more rarely") {
  Node node(change_once);
  node.world.on_act = [&] {
    if (node.world.acts < 300) throw RetryLater(1s, "throttled by AWS", true);
  };
  const auto id = node.deploy();
  node.run();
  CHECK(node.task(id).state == TaskState::Success);
  const std::vector<std::string> told{"No progress for 30 seconds, still trying: throttled by AWS",
                                      "No progress for 1 minute, still trying: throttled by AWS",
                                      "No progress for 2 minutes, still trying: throttled by AWS",
                                      "No progress for 4 minutes, still trying: throttled by AWS"};
  CHECK(node.log(id) == told);
}

TEST_CASE("a lost change that can't be recognised ends as unknown outcome, and is not repeated") {
  Node node([&](steps::StepContext& ctx, World& world) {
    ctx.effect("change", counted(world, false));
    return Outcome::success();
  });
  node.world.on_act = [] { throw RetryLater(1s, "the answer was lost", false); };
  const auto id = node.deploy();
  node.run();
  CHECK(node.task(id).state == TaskState::Failed);
  CHECK(node.task(id).error.starts_with("Step step 1: Unknown outcome"));
  CHECK(node.world.acts == 1);
}

TEST_CASE("a peer that never answers makes the task fail in bounded time") {
  Node node([&](steps::StepContext& ctx, World&) {
    ctx.observe("read", []() -> int { throw RetryLater(5s, "ECS does not answer", false); });
    return Outcome::success();
  });
  const auto id = node.deploy();
  node.run(2h);
  CHECK(node.task(id).state == TaskState::Failed);
  CHECK(node.task(id).error.find("ECS does not answer") != std::string::npos);
}

TEST_CASE("a step that calls itself done while its wait is open, or its lock is another's, has failed") {
  Node node([&](steps::StepContext& ctx, World& world) {
    if (ctx.lock("service", "the service") == AwaitState::value) {
      ctx.await<std::string>("settled", TextWatch(world), 10min);
    }
    return Outcome::success();
  });
  const auto hasty = node.deploy("a");
  node.run(1min);
  CHECK(node.task(hasty).state == TaskState::Failed);
  CHECK(node.task(hasty).error.find("ended while it still waits for settled: a defect") != std::string::npos);
}

TEST_CASE("a wait times out, but only after an observation newer than the last start") {
  Node node([&](steps::StepContext& ctx, World& world) {
    const auto settled = ctx.await<std::string>("settled", TextWatch(world), 10min);
    if (settled.pending()) return Outcome::pending();
    return settled.timed_out() ? Outcome::failed("too slow") : Outcome::success();
  });
  const auto slow = node.deploy("a");
  node.run(1min);
  node.world.tell(1);
  node.run(30min);
  CHECK(node.task(slow).error == "Step step 1: too slow");

  const auto down = node.deploy("b");
  node.world.last_observation = nullptr;
  node.run(1min);
  node.clock.advance(30min);
  node.crash();
  node.run(1min);
  CHECK(node.task(down).state == TaskState::Executing);
  node.world.tell("settled while we were down");
  node.run(1s);
  CHECK(node.task(down).state == TaskState::Success);
}

TEST_CASE("cancelling reaches the open wait once, so that the step can still clean up") {
  int cancelled = 0;
  Node node([&](steps::StepContext& ctx, World& world) {
    const auto settled = ctx.await<std::string>("settled", TextWatch(world), 10min);
    if (settled.pending()) return Outcome::pending();
    if (!settled.cancelled()) return Outcome::success();
    ++cancelled;
    const auto cleaned = ctx.await<std::string>("cleaned", TextWatch(world), 10min);
    return cleaned.pending() ? Outcome::pending() : Outcome::canceled("Canceled after clean-up.");
  });
  const auto id = node.deploy();
  node.run(1min);
  node.cancel(id);
  node.run(1min);
  CHECK(node.task(id).state == TaskState::Cancelling);
  node.crash();
  node.run(1min);
  CHECK(node.task(id).state == TaskState::Cancelling);
  node.world.tell("done");
  node.run(1s);
  CHECK(node.task(id).state == TaskState::Canceled);
  CHECK(cancelled >= 1);
}

TEST_CASE("a queued task is cancelled at once and never starts (TSK-7)") {
  Node node;
  const auto first = node.deploy();
  const auto second = node.deploy();
  node.run(1min);
  CHECK(node.task(second).state == TaskState::Queued);
  node.cancel(second);
  CHECK(node.task(second).state == TaskState::Canceled);
  node.world.tell("ok");
  node.run(1min);
  CHECK(node.task(first).state == TaskState::Success);
  CHECK(node.task(second).state == TaskState::Canceled);
}

TEST_CASE("a lock is held by one unit at a time, and the next gets it when it is freed") {
  Node node([&](steps::StepContext& ctx, World& world) {
    const auto lock = ctx.lock("ecs/1/eu-west-1/prod/web", "service web in cluster prod");
    if (lock == AwaitState::pending) return Outcome::pending();
    return wait_for_text(ctx, world);
  });
  const auto first = node.deploy("a");
  node.run(1min);
  const auto second = node.deploy("b");
  node.run(1min);
  CHECK(node.log(second) ==
        std::vector<std::string>{"Waiting for service web in cluster prod: " + first + " holds it."});
  node.crash();
  node.run(1min);
  node.world.tell("ok");
  node.world.last_observation = nullptr;
  node.run(1min);
  CHECK(node.task(first).state == TaskState::Success);
  CHECK(node.task(second).state == TaskState::Executing);
  node.world.tell("ok");
  node.run(1min);
  CHECK(node.task(second).state == TaskState::Success);
  CHECK(node.log(second).size() == 2);
}

TEST_CASE("a waiting task holds no slot under the task cap (TSK-4)") {
  Node node;
  std::vector<std::string> ids;
  for (int i = 0; i < 200; ++i) ids.push_back(node.deploy("key" + std::to_string(i)));
  node.run(1min);
  CHECK(node.world.observers.size() == 200);
}

TEST_CASE("a task not started by its expiry times out, and one scheduled for later starts then (SCH-1)") {
  Node node;
  node.deploy("k");
  const auto expiring = node.deploy("k", node.clock.now() + 5min);
  const auto later = node.deploy("other", std::nullopt, 20min);
  node.run(10min);
  CHECK(node.task(expiring).state == TaskState::TimedOut);
  CHECK(node.task(later).state == TaskState::Queued);
  node.run(15min);
  CHECK(node.task(later).state == TaskState::Executing);
}

TEST_CASE("once another holder has claimed a task, the old one records nothing more") {
  Node node;
  const auto id = node.deploy();
  node.run(1min);
  node.take_over_elsewhere(id);
  node.world.tell(1);
  node.world.tell("ok");
  node.run(1min);
  CHECK(node.task(id).state == TaskState::Executing);
  CHECK(node.task(id).node == "node2");
  CHECK(node.log(id).empty());
  CHECK(node.world.observers.empty());
}

TEST_CASE("many tasks on many threads all end, each once") {
  std::string folder = (std::filesystem::temp_directory_path() / "slipway-engine-XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  const SystemClock clock;
  const Log log(clock, LogLevel::error);
  steps::StepCatalogue catalogue;
  catalogue.add(std::make_unique<Step>([](steps::StepContext& ctx) {
    ctx.log(steps::LineKind::Info, "working");
    ctx.observe("read", [] { return 1; });
    const auto lock = ctx.lock("shared/" + std::to_string(ctx.token().size() % 2), "the shared thing");
    return lock == AwaitState::pending ? Outcome::pending() : Outcome::success();
  }));
  PlainSource source;
  source.the_plan = plan_of({"Test"});
  constexpr int count = 100;
  {
    storage::DatabaseOptions options;
    options.path = folder + "/slipway.db";
    const auto database = storage::open_sqlite(options, log);
    ThreadPool pool("test", 4, clock, [](const Error&) {});
    Engine engine(EngineParts{*database, pool, clock, log, catalogue, source, {}});
    engine.start("installation");
    std::promise<void> all_ended;
    std::atomic<int> ended{0};
    database->subscribe([&](const std::vector<storage::Change>& changes) {
      for (const auto& change : changes) {
        if (change.kind == storage::Change::Kind::task && change.state == storage::TaskState::Success &&
            ++ended == count) {
          all_ended.set_value();
        }
      }
    });
    storage::Ids ids;
    database->write("queue", [&](storage::Txn& txn) {
      for (int i = 0; i < count; ++i) {
        storage::TaskRecord task;
        task.id = ids.next(txn, "ServerTasks");
        task.name = "Deploy";
        task.concurrency_key = "key" + std::to_string(i % 30);
        task.queued = clock.now();
        storage::insert_task(txn, task);
      }
    });
    CHECK(all_ended.get_future().wait_for(1min) == std::future_status::ready);
    engine.stop();
    pool.stop();
  }
  CHECK(source.ended_tasks.size() == count);
  std::filesystem::remove_all(folder);
}

TEST_CASE("the tasks of a stopped space stay queued until it goes on, over a restart too") {
  Node node([](steps::StepContext&, World&) { return Outcome::success(); });
  node.stop_queue(true);
  const auto first = node.deploy("a");
  const auto later = node.deploy("b", std::nullopt, 10min);
  const auto expiring = node.deploy("c", node.clock.now() + 5min);
  node.run();
  CHECK(node.task(first).state == TaskState::Queued);
  CHECK(node.task(later).state == TaskState::Queued);
  CHECK(node.task(expiring).state == TaskState::TimedOut);
  node.crash();
  node.run();
  CHECK(node.task(first).state == TaskState::Queued);
  node.stop_queue(false);
  node.run();
  CHECK(node.task(first).state == TaskState::Success);
  CHECK(node.task(later).state == TaskState::Success);
}

TEST_CASE("a held queue starts nothing, over a restart too, while what runs goes on") {
  Node node;
  const auto before = node.deploy("a");
  node.run(1min);
  node.hold_queue(false);
  const auto after = node.deploy("b");
  node.run(1min);
  node.crash();
  node.run(1min);
  CHECK(node.task(after).state == TaskState::Queued);
  node.world.tell("ok");
  node.run(1min);
  CHECK(node.task(before).state == TaskState::Success);
  CHECK(node.task(after).state == TaskState::Queued);
  CHECK(node.release_queue());
  CHECK_FALSE(node.release_queue());
  node.run(1min);
  CHECK(node.task(after).state == TaskState::Success);
}

TEST_CASE("a start on a restored database changes nothing until the queue is released") {
  Node node(change_once);
  node.world.on_act = [&] { throw RetryLater(1h, "the peer is busy", true); };
  const auto executing = node.deploy("a");
  const auto cancelled = node.deploy("b");
  const auto expired = node.deploy("c", node.clock.now() + 1min, 30s);
  node.run(1s);
  node.world.on_act = nullptr;
  const int acts = node.world.acts;
  node.hold_queue(true);
  node.crash();
  const auto queued = node.deploy("d");
  node.cancel(cancelled);
  node.run(1min);
  node.clock.advance(2h);
  node.run(1min);
  CHECK(node.world.acts == acts);
  CHECK(node.task(executing).state == TaskState::Executing);
  CHECK(node.task(cancelled).state == TaskState::Cancelling);
  CHECK(node.task(queued).state == TaskState::Queued);
  node.release_queue();
  node.run(2h);
  CHECK(node.task(executing).state == TaskState::Success);
  CHECK(node.task(cancelled).state == TaskState::Canceled);
  CHECK(node.task(expired).state == TaskState::TimedOut);
  CHECK(node.task(queued).state == TaskState::Success);
  CHECK(node.world.acts == acts + 2);
}

TEST_CASE("the server's log has a line for each task's start and end") {
  ManualClock* clock = nullptr;
  Node node([&](steps::StepContext&, World&) -> Outcome {
    clock->advance(7s);
    fail_invalid("The cluster does not exist.");
  });
  clock = &node.clock;
  const auto failing = node.deploy("a");
  node.run(1min);
  const auto cancelled = node.deploy("b", std::nullopt, 1h);
  node.run(1min);
  node.cancel(cancelled);
  node.run(1min);
  REQUIRE(node.server_log.size() == 3);
  CHECK(node.server_log[0].find("task started\",\"task\":\"" + failing) != std::string::npos);
  CHECK(node.server_log[1].find("\"warning\",\"message\":\"task ended\",\"task\":\"" + failing +
                                "\",\"state\":\"Failed\"") != std::string::npos);
  CHECK(node.server_log[1].find("The cluster does not exist.") != std::string::npos);
  CHECK(node.server_log[1].find("\"seconds\":7.") != std::string::npos);
  CHECK(node.server_log[2].find(cancelled + "\",\"state\":\"Canceled\"") != std::string::npos);
}

TEST_CASE("the end of a task is told with how long it took, and without all of a text that has no end") {
  std::string name;
  Node node([&](steps::StepContext& ctx, World& world) -> Outcome {
    const auto settled = ctx.await<std::string>("settled", TextWatch(world), 10min);
    if (settled.pending()) return Outcome::pending();
    ctx.log(steps::LineKind::Info, name);
    return Outcome::failed("There is no service " + name);
  });
  name.assign(1'000'000, 'x');
  const auto slow = node.deploy("a");
  node.run(1min);
  node.world.tell(1);
  node.run(12min);
  node.world.tell(1);
  node.run(1min);
  const auto task = node.task(slow);
  REQUIRE(task.state == TaskState::Failed);
  CHECK(task.error.size() < 20'000);
  const std::string& end = node.server_log.back();
  CHECK(end.size() < 20'000);
  CHECK(end.find("\"seconds\":0.0") == std::string::npos);
  CHECK(std::chrono::duration_cast<std::chrono::seconds>(*task.completed - *task.started) > 60s);
}

TEST_CASE("what runs when its space is stopped runs on, and what waits for it stays queued") {
  Node node;
  const auto running = node.deploy();
  const auto behind = node.deploy();
  node.run();
  REQUIRE(node.task(running).state == TaskState::Executing);
  node.stop_queue(true);
  node.run();
  node.world.tell("done");
  node.run();
  CHECK(node.task(running).state == TaskState::Success);
  CHECK(node.task(behind).state == TaskState::Queued);
  node.stop_queue(false);
  node.run();
  CHECK(node.task(behind).state == TaskState::Success);
}

TEST_CASE("a deployment of which no step ran succeeds with a warning that says so, in its answer and its log") {
  Node node;
  node.source.the_plan.Steps[0].RunCondition = planning::Condition::Failure;
  const auto skipped = node.deploy("skipped");
  node.run();
  node.source.the_plan.Steps.clear();
  const auto empty = node.deploy("empty");
  node.run();
  for (const auto& id : {skipped, empty}) {
    CHECK(node.task(id).state == TaskState::Success);
    CHECK(node.task(id).has_warnings);
    CHECK(node.log(id).back().starts_with("No step ran, so nothing was deployed: "));
  }
  node.source.the_plan = plan_of({"Test"});
  const auto ran = node.deploy("ran");
  node.run(1min);
  node.world.tell("ok");
  node.run(1min);
  CHECK_FALSE(node.task(ran).has_warnings);
}

TEST_CASE("VAR-2: what a plan warns of heads the task's log, once, over a restart too") {
  Node node;
  node.source.the_plan.Warnings = {"The variable 'U' has two equally specific values."};
  const auto id = node.deploy();
  node.run(1min);
  node.crash();
  node.world.tell("ok");
  node.run(1min);
  CHECK(node.task(id).state == TaskState::Success);
  CHECK(node.log(id).at(0) == "The variable 'U' has two equally specific values.");
  const auto lines = node.log(id);
  CHECK(std::count(lines.begin(), lines.end(), lines.at(0)) == 1);
}

namespace {

/// All that a step can do, and something in the log at each place.
Outcome do_everything(steps::StepContext& ctx, World& world) {
  ctx.log(steps::LineKind::Info, "begin");
  ctx.observe("read", [&] { return ++world.reads; });
  const auto lock = ctx.lock("the shared thing", "the shared thing");
  if (lock == AwaitState::pending) return Outcome::pending();
  ctx.effect("change", counted(world));
  ctx.log(steps::LineKind::Info, "changed");
  const auto settled = ctx.await<std::string>("settled", TextWatch(world), 10h);
  if (settled.pending()) return Outcome::pending();
  ctx.output("Result", *settled.value);
  return Outcome::success();
}

using Operation = storage::SqliteFaultVfs::Operation;
using Failure = storage::SqliteFaultVfs::Failure;

bool can_happen(Operation operation, Failure failure) {
  switch (failure) {
    case Failure::io_error:
      return true;
    case Failure::disk_full:
    case Failure::read_only:
      return operation == Operation::write;
    case Failure::busy:
    case Failure::locking_protocol:
      return operation == Operation::lock;
    case Failure::corrupt:
      return operation == Operation::read;
    case Failure::no_memory:
      return operation != Operation::sync;
  }
  return false;
}

/// A deployment whose disk fails from the nth operation on, for a while; false when it did not get that far.
bool deploys_despite(Operation operation, Failure failure, int nth) {
  storage::SqliteFaultVfs disk("engine's disk");
  Node node(do_everything, {"Test", "Test"}, &disk);
  node.world.on_act = [&] { node.world.effect_visible = true; };
  const auto id = node.deploy();
  const int before = disk.count(operation);
  disk.fail(operation, nth, failure, true);
  node.executor.post_at(node.clock.steady() + 17s, [&] { disk.heal(); });
  node.executor.post_at(node.clock.steady() + 5s, [&] { node.world.tell(1); });
  node.executor.post_at(node.clock.steady() + 40s, [&] { node.world.tell("ok"); });
  node.run(3min);
  const bool reached = disk.count(operation) - before >= nth;
  disk.heal();
  if (!node.database().can_write() || node.database().is_damaged()) {  // what a person or a supervisor does then
    node.crash();
    node.run(3min);
  }
  node.world.tell("ok");
  node.run(3min);
  CHECK(node.task(id).state == TaskState::Success);
  CHECK(node.task(id).error == "");
  CHECK(node.world.acts == 2);
  return reached;
}

}  // namespace

TEST_CASE("whatever the disk does while a deployment runs, wherever it does it, the deployment ends as it would have") {
  int tried = 0;
  for (std::size_t operation = 0; operation < storage::SqliteFaultVfs::kOperations; ++operation) {
    for (std::size_t failure = 0; failure < storage::SqliteFaultVfs::kFailures; ++failure) {
      if (!can_happen(Operation(operation), Failure(failure))) continue;
      for (int nth = 1;; ++nth) {
        CAPTURE(storage::SqliteFaultVfs::name_of(Operation(operation)));
        CAPTURE(storage::SqliteFaultVfs::name_of(Failure(failure)));
        CAPTURE(nth);
        ++tried;
        if (!deploys_despite(Operation(operation), Failure(failure), nth)) break;
      }
    }
  }
  MESSAGE(tried << " faults tried");
}

TEST_CASE("whatever is thrown wherever in a task's work, that task fails with a sentence, and the others go on") {
  const std::map<std::string, std::function<void()>> thrown{
      {"out of range", [] { throw std::out_of_range("17 is too many"); }},
      {"no memory", [] { throw std::bad_alloc(); }},
      {"too long", [] { throw std::length_error("a text of 2^63 characters"); }},
      {"no exception", [] { throw 42; }},
      {"an error", [] { fail_invalid("The value is wrong."); }}};
  int tried = 0;
  for (const auto& [what, raise] : thrown) {
    for (const std::string where : {"step", "read", "change", "plan", "inputs", "condition"}) {
      CAPTURE(std::string(what));
      CAPTURE(where);
      bool armed = true;
      const auto at = [&, &thrower = raise](const std::string& place) {
        if (armed && place == where) thrower();
      };
      Node node([&](steps::StepContext& ctx, World&) {
        at("step");
        ctx.observe("read", [&] {
          at("read");
          return 1;
        });
        steps::Effect<int> change;
        change.act = [&] {
          at("change");
          return 1;
        };
        change.find = [] { return std::optional<int>(); };
        ctx.effect("change", change);
        return Outcome::success();
      });
      node.source.the_plan.Steps[0].RunCondition = planning::Condition::Variable;
      node.source.the_plan.Steps[0].ConditionExpression = "#{Go}";
      node.source.on_plan = [&] { at("plan"); };
      node.source.on_inputs = [&] { at("inputs"); };
      node.source.on_condition = [&] { at("condition"); };
      const auto bad = node.deploy("bad");
      node.run(6h);
      CHECK(node.task(bad).state == TaskState::Failed);
      CHECK(node.task(bad).error.size() > 10);
      armed = false;
      const auto good = node.deploy("good");
      node.run(1min);
      CHECK(node.task(good).state == TaskState::Success);
      ++tried;
    }
  }
  MESSAGE(tried << " throws tried");
}

TEST_CASE("a stored unit that the plan lacks fails its task with the reason, not the server") {
  for (const char* spoil : {"UPDATE units SET number = 77; ", "UPDATE units SET number = 77, state = 1"}) {
    Node node;
    const auto id = node.deploy();
    node.run(1min);
    node.change_row({"spoil", spoil});
    node.crash();
    node.run(1min);
    CHECK(node.task(id).state == TaskState::Failed);
    CHECK(node.task(id).error.find("Its plan has no unit 77") != std::string::npos);
    const auto next = node.deploy();
    node.world.tell("ok");
    node.run(1min);
    CHECK(node.task(next).state == TaskState::Success);
  }
}

TEST_CASE("a task that the process dies of twice fails and says so, and no other does") {
  for (const int innocents : {0, 3}) {
    CAPTURE(innocents);
    Node node([](steps::StepContext& ctx, World& world) {
      if (ctx.observe("is bomb", [&] { return world.reads == 0; })) {
        if (world.on_act) world.on_act();
        fail_invalid("It is over.");
      }
      return wait_for_text(ctx, world);
    });
    int deaths = 0;
    const auto bomb = node.deploy("bomb");
    node.world.on_act = [&] {
      ++deaths;
      node.die();
    };
    node.run(1s);
    node.crash();
    node.world.reads = 1;
    std::vector<std::string> others;
    for (int i = 0; i < innocents; ++i) others.push_back(node.deploy("other" + std::to_string(i)));
    for (int starts = 0; starts < 8 && !is_final(node.task(bomb).state); ++starts) {
      node.run(1min);
      if (node.disk_full) node.crash();
    }
    CHECK(node.task(bomb).state == TaskState::Failed);
    CHECK(node.task(bomb).error.starts_with("The server ended twice while it worked on the step \"step 1\""));
    CHECK(deaths == 2);
    node.world.tell("ok");
    node.run(1min);
    for (const auto& id : others) CHECK(node.task(id).state == TaskState::Success);
  }
}

TEST_CASE("of whom the process died is found out where several tasks were at work") {
  Node node([](steps::StepContext& ctx, World& world) {
    if (ctx.token().find("ServerTasks-1-") != std::string::npos) {
      if (world.on_act) world.on_act();
      fail_invalid("It is over.");
    }
    // Held up by AWS at the same time, as far as its records tell.
    ctx.observe("read", [&]() -> int {
      if (world.reads == 0) throw RetryLater(1s, "throttled", true);
      return 1;
    });
    return Outcome::success();
  });
  int deaths = 0;
  node.world.on_act = [&] {
    ++deaths;
    node.die();
  };
  const auto bomb = node.deploy("bomb");
  const auto other = node.deploy("other");
  for (int starts = 0; starts < 8 && !is_final(node.task(bomb).state); ++starts) {
    node.run(1min);
    if (node.disk_full) node.crash();
  }
  CHECK(node.task(bomb).state == TaskState::Failed);
  CHECK(deaths == 3);  // of the first nobody could say whose it was
  node.world.reads = 1;
  node.run(1min);
  CHECK(node.task(other).state == TaskState::Success);
}

TEST_CASE("a server that is killed however often, while a task is held up, in a call or between two, fails nothing") {
  bool in_call = true;
  Node node([&](steps::StepContext& ctx, World& world) {
    ctx.observe("read", [&]() -> int {
      if (world.reads == 0 && in_call) world.on_act();
      if (world.reads == 0) throw RetryLater(1s, "throttled", true);
      return 1;
    });
    return Outcome::success();
  });
  node.world.on_act = [&] { node.die(); };
  const auto id = node.deploy();
  for (int kills = 0; kills < 10; ++kills) {
    in_call = kills % 2 == 0;
    node.run(20s);
    node.crash();
  }
  node.world.reads = 1;
  node.run(1min);
  CHECK(node.task(id).state == TaskState::Success);
}

TEST_CASE("what is stored between two deaths tells that they are not of one thing") {
  int dies_after = 0;
  Node node([&](steps::StepContext& ctx, World& world) {
    for (int i = 0; i < 4; ++i) {
      ctx.observe("read " + std::to_string(i), [] { return 1; });
      if (i == dies_after) world.on_act();
    }
    return Outcome::success();
  });
  node.world.on_act = [&] {
    node.die();
    fail_invalid("over");
  };
  const auto id = node.deploy();
  for (; dies_after < 4; ++dies_after) {
    node.run(1min);
    node.crash();
  }
  node.run(1min);
  CHECK(node.task(id).state == TaskState::Success);
}

TEST_CASE("a wall clock that is set by a day ends no wait early or late, and no length is negative") {
  for (const Duration jump : {Duration(24h), Duration(-24h), Duration(24h * 365), Duration(-10min)}) {
    CAPTURE(jump.count());
    Node node([&](steps::StepContext& ctx, World& world) {
      const auto settled = ctx.await<std::string>("settled", TextWatch(world), 10min);
      if (settled.pending()) return Outcome::pending();
      return settled.timed_out() ? Outcome::failed("too slow") : Outcome::success();
    });
    const auto id = node.deploy();
    node.pass(1min);
    node.world.tell(1);
    node.clock.jump(jump);
    node.pass(1min);
    node.world.tell(2);
    node.pass(7min);
    CHECK(node.task(id).state == TaskState::Executing);
    node.pass(2min);
    CHECK(node.task(id).error == "Step step 1: too slow");
    CHECK(*node.task(id).completed >= *node.task(id).started);
  }
}

TEST_CASE("a wait's limit counts what a server watched: over restarts, and not what the clock was set by meanwhile") {
  Node node([&](steps::StepContext& ctx, World& world) {
    const auto settled = ctx.await<std::string>("settled", TextWatch(world), 60min);
    if (settled.pending()) return Outcome::pending();
    return settled.timed_out() ? Outcome::failed("too slow") : Outcome::success();
  });
  const auto id = node.deploy();
  for (int starts = 0; starts < 4; ++starts) {
    for (int minutes = 0; minutes < 13; ++minutes) {
      node.pass(1min);
      node.world.tell(7);
    }
    node.clock.jump(24h);
    node.crash();
  }
  node.pass(1min);
  CHECK(node.task(id).state == TaskState::Executing);
  for (int minutes = 0; minutes < 35 && node.task(id).state == TaskState::Executing; ++minutes) {
    node.pass(1min);
    node.world.tell(7);
  }
  CHECK(node.task(id).error == "Step step 1: too slow");
}

TEST_CASE("a wait that an earlier version began, with a time of day as its end, keeps its limit") {
  Node node([&](steps::StepContext& ctx, World& world) {
    const auto settled = ctx.await<std::string>("settled", TextWatch(world), 10h);
    if (settled.pending()) return Outcome::pending();
    return settled.timed_out() ? Outcome::failed("too slow") : Outcome::success();
  });
  const auto id = node.deploy();
  node.pass(1s);
  const std::string body =
      R"({"Verdict":"","Value":null,"State":null,"Deadline":")" + to_rfc3339(node.clock.now() + 20min) + R"("})";
  const std::string sql = "UPDATE journal_entries SET body = '" + body + "'";
  node.change_row({"as it was", sql});
  node.crash();
  node.world.tell(1);
  node.pass(15min);
  CHECK(node.task(id).state == TaskState::Executing);
  node.pass(10min);
  CHECK(node.task(id).error == "Step step 1: too slow");
}

TEST_CASE("SCH-1: scheduled starts and expiries follow the wall clock, also when it is set") {
  Node node([](steps::StepContext&, World&) { return Outcome::success(); });
  const auto later = node.deploy("a", std::nullopt, 24h + 20min);
  const auto much_later = node.deploy("b", std::nullopt, 48h);
  node.pass(1min);
  node.clock.jump(24h);
  node.pass(15min);
  CHECK(node.task(later).state == TaskState::Queued);
  node.pass(5min);
  CHECK(node.task(later).state == TaskState::Success);
  node.clock.jump(-24h);
  node.pass(24h);
  CHECK(node.task(much_later).state == TaskState::Queued);
  node.clock.jump(24h);
  node.pass(1min);
  CHECK(node.task(much_later).state == TaskState::Success);

  node.stop_queue(true);
  const auto expiring = node.deploy("c", node.clock.now() + 24h + 5min);
  node.pass(1min);
  node.clock.jump(24h);
  node.pass(1min);
  CHECK(node.task(expiring).state == TaskState::Queued);
  node.pass(4min);
  CHECK(node.task(expiring).state == TaskState::TimedOut);
}

TEST_CASE("wherever a step says a secret, it reaches the database only masked or sealed") {
  const std::string secret = "hunter2";
  using Say = std::function<Outcome(steps::StepContext&, World&)>;
  const std::map<std::string, Say> places{
      {"log", [&](auto& ctx, auto&) { return ctx.log(steps::LineKind::Info, secret), Outcome::success(); }},
      {"message", [&](auto&, auto&) { return Outcome::failed("wrong: " + secret); }},
      {"evidence",
       [&](auto&, auto&) {
         return Outcome::success(json::object{{"a", json::array{json::to_json(secret)}}});
       }},
      {"error", [&](auto&, auto&) -> Outcome { fail_invalid("wrong: " + secret); }},
      {"error's details", [&](auto&, auto&) -> Outcome { throw Error(ErrorCode::invalid, "wrong", {secret}); }},
      {"defect", [&](auto&, auto&) -> Outcome { throw std::runtime_error(secret); }},
      {"why it parks", [&](auto&, auto&) -> Outcome { throw RetryLater(10min, "held up: " + secret, true); }},
      {"read", [&](auto& ctx, auto&) { return ctx.observe("read", [&] { return secret; }), Outcome::success(); }},
      {"name of what is read",
       [&](auto& ctx, auto&) {
         return ctx.observe("read", [&] { return json::value{{secret, 1}}; }), Outcome::success();
       }},
      {"name in the evidence",
       [&](auto&, auto&) {
         return Outcome::success(json::object{{secret, 1}});
       }},
      {"output", [&](auto& ctx, auto&) { return ctx.output("A", secret), Outcome::success(); }},
      {"lock", [&](auto& ctx, auto&) { return ctx.lock(secret, "the " + secret), Outcome::success(); }},
      {"change",
       [&](auto& ctx, auto&) {
         steps::Effect<std::string> effect;
         effect.act = [&] { return secret; };
         ctx.effect("change", effect);
         return Outcome::success();
       }},
      {"change that fails",
       [&](auto& ctx, auto&) {
         steps::Effect<std::string> effect;
         effect.act = [&]() -> std::string { fail_invalid("wrong: " + secret); };
         ctx.effect("change", effect);
         return Outcome::success();
       }},
      {"wait", [&](auto& ctx, auto& world) {
         const auto settled = ctx.template await<std::string>("settled", TextWatch(world), 10h);
         return settled.pending() ? Outcome::pending() : Outcome::failed(*settled.value);
       }}};
  for (const auto& [place, say] : places) {
    CAPTURE(place);
    Node node(say);
    const auto id = node.deploy();
    node.run(1h);
    node.world.tell(json::to_json("settled with " + secret));
    node.run(1min);
    if (place != "why it parks") CHECK(is_final(node.task(id).state));
    CHECK(node.bytes().find(secret) == std::string::npos);
    for (const auto& line : node.log(id)) CHECK(line.find(secret) == std::string::npos);
    CHECK(node.task(id).error.find(secret) == std::string::npos);
  }
  MESSAGE(places.size() << " places tried");
}
