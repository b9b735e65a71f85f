// The text of a deployment that failed: what, where and why in its first sentence; then what runs now; then the
// evidence, most frequent first. Nothing stands in it twice.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "steps/ecs_service/rollout.h"

namespace slipway::steps::ecs {

/// What was to be deployed where, in a person's words.
struct Subject {
  std::string release;              ///< "1.1.0"; "" where the step runs outside a release
  std::vector<std::string> images;  ///< "shop/web:1.1.0 = sha256:110000000000…"
  std::string service, cluster, account, region;
};

struct Failure {
  std::string ending;    ///< "Failed: timed out after 30 minutes (rolled back to web:1)", without full stop
  std::string cause;     ///< why, where the findings don't tell; "" if nobody knows
  bool is_told = false;  ///< `cause` is the reason itself, whatever else the findings show
  std::string now;       ///< what runs now: a sentence
  Findings findings;
  std::string said_by_ecs;  ///< its own reason, "" if none
  std::string deployment, revision;
};

/// The cause that the findings tell first, "Essential container in task exited (3 tasks)"; "" if they tell none.
std::string leading_cause(const Findings&);

/// Where containers log to, in the shape of a task definition: all that a failure's message needs of it. Other
/// options of logging may be secrets.
json::object log_places(const json::object& definition);

/// `definition` is the task definition of ours, or what log_places left of it.
std::string describe_failure(const Subject&, const Failure&, const json::object& definition);

/// "web:2" of "arn:aws:ecs:eu-west-1:111111111111:task-definition/web:2".
std::string_view short_name(std::string_view task_definition);
/// "2 tasks run arn:…/web:1, 1 task runs arn:…/web:2", "no task runs".
std::string describe_runs(const std::vector<Running>&);
/// An image beside the digest that it stood for: "shop/web:1.1.0 = sha256:110000000000…".
std::string describe_image(std::string_view image, std::string_view digest);

}  // namespace slipway::steps::ecs
