// Deployments as the engine runs them.
#pragma once

#include <memory>

#include "documents/write_context.h"
#include "engine/automatic_lifecycles.h"
#include "engine/deployment_inputs.h"
#include "engine/frozen_releases.h"
#include "engine/task_source.h"
#include "storage/event_categories.h"
#include "storage/releases.h"

namespace slipway::engine {

/// The references outlive it.
class DeploymentSource final : public TaskSource {
 public:
  DeploymentSource(storage::Database&, const documents::WriteTools&);

  planning::Plan plan(storage::Reader&, const storage::TaskRecord&) override;
  std::shared_ptr<const UnitInputs> inputs(const storage::TaskRecord&, const planning::PlannedStep&,
                                           const planning::PlannedAction&, const planning::StepResults&) override;
  bool condition(const storage::TaskRecord&, const std::string& expression, const planning::StepResults&) override;
  std::string seal(const std::string& task, const std::string& text) override { return tools_.vault.seal(task, text); }
  std::string unseal(const std::string& task, const std::string& sealed) override {
    return tools_.vault.unseal(task, sealed);
  }
  std::string lock_name(std::string_view plain_key) override { return tools_.vault.lock_name(plain_key); }
  void started(storage::Txn&, const storage::TaskRecord&) override;
  void ended(storage::Txn&, const storage::TaskRecord&, storage::TaskState, std::string_view error) override;

 private:
  struct Records {
    storage::DeploymentRecord deployment;
    storage::ReleaseRecord release;
    std::shared_ptr<const planning::FrozenRelease> frozen;
  };
  Records read(storage::Reader&, const storage::TaskRecord&);
  void succeeded(storage::Txn&, const storage::TaskRecord&, const storage::DeploymentRecord&);
  void record(storage::Txn&, const storage::TaskRecord&, storage::EventCategory category, std::string message);

  storage::Database& database_;
  documents::WriteTools tools_;
  FrozenReleases frozen_;
  AutomaticLifecycles automatic_;
};

}  // namespace slipway::engine
