// What the engine needs to know about a kind of task; everything else in it is the same for all kinds.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "planning/deployment_variables.h"
#include "planning/plan.h"
#include "steps/step.h"
#include "storage/tasks.h"

namespace slipway::engine {

/// How a unit ended, as kept in UnitRecord::outcome.
struct UnitOutcome {
  steps::Result Result = steps::Result::Success;
  std::string Message;
  std::map<std::string, std::string> Outputs;  ///< output variables, by name
  json::value Evidence = nullptr;
  std::map<std::string, std::string> SealedOutputs = {};  ///< output variables that hold a secret
};
BOOST_DESCRIBE_STRUCT(UnitOutcome, (), (Result, Message, Outputs, Evidence, SealedOutputs))

/// What one unit works with: its action, and variables resolved for it. Immutable; threads: any.
class UnitInputs {
 public:
  virtual ~UnitInputs() = default;
  virtual const steps::ActionSpec& action() const = 0;
  virtual std::string evaluate(std::string_view text) const = 0;
  virtual std::optional<std::string> variable(std::string_view name) const = 0;
  /// See StepContext::secret_property.
  virtual std::string secret_property(std::string_view name) const = 0;
  /// `text` with every sensitive value replaced (VAR-6). Where they can't be told, nothing of the text is left but why.
  virtual std::string mask(std::string_view text) const = 0;
};

/// Threads: any.
class TaskSource {
 public:
  virtual ~TaskSource() = default;
  /// Throws Error when the task can't be planned; it then fails with that message. StorageError where our own records
  /// can't be read, as all of these do: that ends no task. No message holds a secret.
  virtual planning::Plan plan(storage::Reader&, const storage::TaskRecord&) = 0;
  virtual std::shared_ptr<const UnitInputs> inputs(const storage::TaskRecord&, const planning::PlannedStep&,
                                                   const planning::PlannedAction&, const planning::StepResults&) = 0;
  /// Evaluates a variable run condition (PRC-6).
  virtual bool condition(const storage::TaskRecord&, const std::string& expression, const planning::StepResults&) = 0;
  /// Encrypts a text that holds a secret, for a task's records to keep, and opens it again for the same task.
  virtual std::string seal(const std::string& task, const std::string& text) = 0;
  virtual std::string unseal(const std::string& task, const std::string& sealed) = 0;
  /// Stands for a lock's key, which may hold a secret, and does not tell it (storage::Vault::lock_name).
  virtual std::string lock_name(std::string_view plain_key) = 0;
  /// In the transaction that claims the task, and in the one that ends it.
  virtual void started(storage::Txn&, const storage::TaskRecord&) = 0;
  virtual void ended(storage::Txn&, const storage::TaskRecord&, storage::TaskState, std::string_view error) = 0;
};

}  // namespace slipway::engine
