// The step that deploys to an ECS service: registers a revision or reuses an equal one, updates the service, and
// watches that deployment until it is proven or has failed (docs/ecs-step.md).
#pragma once

#include <memory>

#include "cloud/poller.h"
#include "steps/aws_login.h"
#include "steps/ecs_service/declaration.h"
#include "steps/step.h"

namespace slipway::steps {
namespace ecs {
class RevisionHashes;
}

class EcsServiceStep final : public StepType {
 public:
  /// The arguments outlive the step.
  EcsServiceStep(aws::Access, aws::ServicePoller&);

  const model::StepDeclaration& declaration() const override { return ecs::declaration(); }
  // 2: a rollout that is under way is waited for.
  int journal_version() const override { return 2; }
  int oldest_journal() const override { return 2; }
  Outcome execute(StepContext&) const override;

 private:
  aws::Access access_;
  aws::ServicePoller& poller_;
  std::shared_ptr<ecs::RevisionHashes> hashes_;
};

}  // namespace slipway::steps
