// Watches ECS services for everybody at once: one poller per (credential identity, region, cluster) describes ten
// services a call and feeds all who are interested. Runs on the executor it is given; holds no thread.
#pragma once

#include <functional>
#include <memory>

#include "base/executor.h"
#include "base/random.h"
#include "base/time.h"
#include "cloud/client.h"
#include "cloud/cluster_reader.h"
#include "cloud/service_observation.h"

namespace slipway::aws {

struct PollerOptions {
  Duration interval = std::chrono::seconds(5);  ///< between two looks at a service, give or take a twentieth
};

/// Threads: any.
class ServicePoller {
 public:
  /// Called on the executor, one observation of an interest at a time; must not throw.
  using Observer = std::function<void(const ServiceObservation&)>;

  /// Ends the interest when destroyed. A call of the observer that has begun may still end afterwards.
  class Watching {
   public:
    virtual ~Watching() = default;
  };

  /// The references outlive the poller and the jobs that it has posted.
  ServicePoller(Executor& executor, const Clock& clock, Random& random, PollerOptions options = {});
  ~ServicePoller();

  /// The first look follows at once. What can't be seen is told as an observation with an Error: at once when AWS
  /// refuses, after three intervals when AWS is busy or silent.
  std::unique_ptr<Watching> watch(const Client& client, ServiceInterest interest, Observer observer);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace slipway::aws
