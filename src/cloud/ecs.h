// Amazon ECS: its operations as functions. Input and output are AWS's own documents, so that members which AWS adds
// survive; what every caller needs (paging, batches, missing things) is done here. Each throws what Client::call does.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "cloud/client.h"

namespace slipway::aws::ecs {

using Tags = std::map<std::string, std::string>;

struct DescribedTaskDefinition {
  json::object definition;  ///< with AWS's read-only members
  Tags tags;
};

/// A thing that was asked for and is not there or can't be shown.
struct Missing {
  std::string arn;
  std::string reason;  ///< "MISSING" when it does not exist
  std::string detail;
};

struct Described {
  std::vector<json::object> items;
  std::vector<Missing> missing;
};

// Task definitions. RegisterTaskDefinition has no idempotency token and a limit of its own (1/s): look before you call.

/// `input` as RegisterTaskDefinition takes it, tags included. Returns the new revision.
json::object register_task_definition(const Client&, const json::object& input);
/// By ARN, "family:revision", or "family" for its newest ACTIVE revision. nullopt when there is none.
std::optional<DescribedTaskDefinition> describe_task_definition(const Client&, std::string_view name);
/// The ARNs of the ACTIVE revisions of exactly this family, newest first, until `visit` returns false.
void each_task_definition(const Client&, std::string_view family,
                          const std::function<bool(const std::string& arn)>& visit);

// Clusters and services.

Described describe_clusters(const Client&, const std::vector<std::string>& names);
/// In batches of ten.
Described describe_services(const Client&, std::string_view cluster, const std::vector<std::string>& names);
/// `input` as UpdateService takes it. Returns the whole service, new PRIMARY deployment included.
json::object update_service(const Client&, const json::object& input);

// Service deployments and revisions: absent in emulators, where the call fails with a `client` AwsError.

/// Briefs of those created at or after `since`, newest first.
std::vector<json::object> list_service_deployments(const Client&, std::string_view cluster, std::string_view service,
                                                   Time since);
/// In batches of twenty.
Described describe_service_deployments(const Client&, const std::vector<std::string>& arns);
/// In batches of twenty.
Described describe_service_revisions(const Client&, const std::vector<std::string>& arns);

// Tasks.

enum class DesiredStatus { running, stopped };

/// ARNs of a service's tasks, all pages, at most `most`. Stopped ones are kept by AWS for an hour at least; no order.
std::vector<std::string> list_tasks(const Client&, std::string_view cluster, std::string_view service, DesiredStatus,
                                    std::size_t most = 10'000);
/// In batches of a hundred.
Described describe_tasks(const Client&, std::string_view cluster, const std::vector<std::string>& arns);

/// The time in a member of the JSON protocol: seconds since 1970 with a fraction.
std::optional<Time> time_at(const json::object&, std::string_view name);

}  // namespace slipway::aws::ecs
