// The step interface: what a step type is, and the durable context through which it sees the world.
//
// A step is an ordinary function, `execute`. It is entered again FROM ITS TOP whenever what it waits for has happened,
// and falls through what its journal says is done. A crash is just an unplanned wait. Therefore:
//   - everything that reads the outside goes through observe, everything that changes it through effect, every wait
//     through await; names are unique within a step, and their order is the same in every entry;
//   - between them the code must be a pure function of what they returned;
//   - time reaches a step only as time(), the instant of its last journaled point.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"
#include "base/error.h"
#include "base/retry_later.h"
#include "base/secret.h"
#include "base/time.h"
#include "model/step_declaration.h"

namespace slipway::steps {

enum class Result { Success, SuccessWithWarning, Failed, Skipped, Canceled };
BOOST_DESCRIBE_ENUM(Result, Success, SuccessWithWarning, Failed, Skipped, Canceled)

/// How an entry of a step ended: with a verdict, or waiting for the await that returned pending.
struct Outcome {
  bool waiting = false;
  Result result = Result::Success;
  std::string message;   ///< for a failure: what, where, why, what to do
  json::value evidence;  ///< what proves it (ids, digests), kept with the deployment

  static Outcome success(json::value evidence = nullptr) { return {false, Result::Success, {}, std::move(evidence)}; }
  static Outcome failed(std::string message, json::value evidence = nullptr) {
    return {false, Result::Failed, std::move(message), std::move(evidence)};
  }
  static Outcome canceled(std::string message) { return {false, Result::Canceled, std::move(message), nullptr}; }
  static Outcome pending() { return {true, Result::Success, {}, nullptr}; }
};

/// The categories that clients know (unknown ones break them).
enum class LineKind { Verbose, Info, Highlight, Wait, Warning, Error };
BOOST_DESCRIBE_ENUM(LineKind, Verbose, Info, Highlight, Wait, Warning, Error)

struct Line {
  LineKind kind = LineKind::Info;
  std::string text;
};

/// Keeps observations coming while it lives.
class Subscription {
 public:
  virtual ~Subscription() = default;
};

/// What an await waits for. Immutable; `next` is pure, so polls cost no entry of the step and its lines print once.
class Watch {
 public:
  using Observer = std::function<void(json::value observation)>;
  struct Progress {
    json::value state;
    std::vector<Line> lines;
    std::optional<json::value> value;  ///< set when the wait is over
    bool saw_nothing = false;          ///< the look failed: it says nothing of where things stand at a deadline
  };

  virtual ~Watch() = default;
  virtual json::value begin() const { return nullptr; }
  virtual Progress next(const json::value& state, const json::value& observation) const = 0;
  /// Starts feeding `observer`, from any thread, beginning with the present observation (no lost wake-up).
  virtual std::unique_ptr<Subscription> subscribe(Observer observer) const = 0;
};

/// A change of the outside world that can be recognised afterwards.
///   find: looks whether the change has been made; nullopt is a conclusive "no". Throws when it can't tell.
///   act:  makes the change.
/// Without `find`, a change whose answer was lost can't be repeated: the step then ends as unknown outcome.
template <class T>
struct Effect {
  std::function<std::optional<T>()> find;
  std::function<T()> act;
};

enum class AwaitState { pending, value, timed_out, cancelled };

template <class T>
struct Awaited {
  AwaitState state = AwaitState::pending;
  std::optional<T> value;
  json::value last_state;  ///< the watch's state when it timed out or was cancelled
  bool pending() const { return state == AwaitState::pending; }
  bool timed_out() const { return state == AwaitState::timed_out; }
  bool cancelled() const { return state == AwaitState::cancelled; }
};

/// One package reference of an action with the version that the release froze.
struct PackageUse {
  std::string name;   ///< "" = primary
  std::string image;  ///< registry/repository:tag, as Octopus.Action.Package[name].Image
  std::string version;
  std::string digest;  ///< "" when unknown
};

/// What the step is asked to do.
struct ActionSpec {
  std::string id;
  std::string name;
  std::string type;
  std::map<std::string, std::string> properties;  ///< as written: may hold #{…}
  std::vector<PackageUse> packages;
  std::set<std::string, std::less<>> secret_properties = {};  ///< names of those that are stored as secrets
};

/// Thrown by a context to end a canceled step before its next change; steps let it pass.
struct Cancelled {};

class StepContext {
 public:
  virtual ~StepContext() = default;

  virtual const ActionSpec& action() const = 0;
  /// `text` with its tokens replaced. Throws Error{invalid} naming the tokens that have no value (VAR-4: in a native
  /// step an unknown variable is an error).
  virtual std::string evaluate(std::string_view text) const = 0;
  /// A variable's evaluated value; nullopt when there is none.
  virtual std::optional<std::string> variable(std::string_view name) const = 0;
  /// The value of a property that is stored as a secret, evaluated; from then on masked like a sensitive variable's.
  /// Throws Error where it can't be opened.
  virtual std::string secret_property(std::string_view name) const = 0;
  /// Whether the text holds the value of a sensitive variable, or of a property that is stored as a secret.
  virtual bool holds_secret(std::string_view text) const = 0;
  /// Identifies this unit in the outside world, e.g. as a tag: the same in every entry, unique to the unit.
  virtual std::string token() const = 0;
  /// The instant of the last journaled point.
  virtual Time time() const = 0;

  /// Appends to the task's log; masked; stored once however often the step is entered.
  virtual void log(LineKind, std::string text) = 0;
  /// Sets `Octopus.Action[name].Output.<name>` for later steps.
  virtual void output(std::string name, std::string value) = 0;

  /// A property of the action, evaluated, without blanks around it; nullopt when absent or empty. One that is stored as
  /// a secret is opened: what a step makes of it must not come into a result that it observes or an effect returns.
  std::optional<std::string> property(std::string_view name) const;

  /// Journals what `read` returns.
  template <class F>
  auto observe(std::string_view name, F read) {
    using T = std::invoke_result_t<F>;
    return json::from_json<T>(observe_json(name, [&] { return json::to_json(read()); }));
  }

  /// Makes a change once: an intent is durable before it, its result after. See Effect.
  template <class T>
  T effect(std::string_view name, const Effect<T>& effect) {
    JsonEffect erased;
    if (effect.find) {
      erased.find = [&]() -> std::optional<json::value> {
        const auto found = effect.find();
        return found ? std::optional(json::to_json(*found)) : std::nullopt;
      };
    }
    erased.act = [&] { return json::to_json(effect.act()); };
    return json::from_json<T>(effect_json(name, erased));
  }

  /// Waits for `watch`, at most `limit` from the first time it is reached. A deadline is judged only after an
  /// observation newer than the last start. Cancelling the task ends the open or next await once, as `cancelled`.
  template <class T, class W>
  Awaited<T> await(std::string_view name, W watch, Duration limit) {
    const JsonAwaited got = await_json(name, std::make_shared<const W>(std::move(watch)), limit);
    if (got.state == AwaitState::value) return {got.state, json::from_json<T>(got.value), nullptr};
    return {got.state, std::nullopt, got.value};
  }

  /// Holds `key` until the unit ends; waits for another unit that holds it. `what` says in the log what is locked.
  virtual AwaitState lock(std::string_view key, std::string_view what) = 0;

 protected:
  struct JsonEffect {
    std::function<std::optional<json::value>()> find;
    std::function<json::value()> act;
  };
  struct JsonAwaited {
    AwaitState state = AwaitState::pending;
    json::value value;  ///< of the wait, or the watch's last state
  };
  virtual json::value observe_json(std::string_view name, const std::function<json::value()>& read) = 0;
  virtual json::value effect_json(std::string_view name, const JsonEffect& effect) = 0;
  virtual JsonAwaited await_json(std::string_view name, std::shared_ptr<const Watch> watch, Duration limit) = 0;
};

/// A kind of step. Stateless; threads: any.
class StepType {
 public:
  virtual ~StepType() = default;
  /// What it is and reads. Lives as long as the step type.
  virtual const model::StepDeclaration& declaration() const = 0;
  /// The layout of its journal. A unit whose journal was begun under a version below oldest_journal() can't go on.
  virtual int journal_version() const { return 1; }
  virtual int oldest_journal() const { return 1; }
  /// Throws Error for what can't be done, RetryLater for "not now".
  virtual Outcome execute(StepContext&) const = 0;
};

class StepCatalogue {
 public:
  /// Throws Error{internal} for a declaration that can't be meant (model/declaration_faults.h), and for a type that is
  /// there already.
  void add(std::unique_ptr<const StepType>);
  const StepType* find(std::string_view type) const;  ///< nullptr when this server has no such step
  std::vector<std::string> types() const;
  model::StepDeclarations declarations() const;

 private:
  std::map<std::string, std::unique_ptr<const StepType>, std::less<>> types_;
};

}  // namespace slipway::steps
