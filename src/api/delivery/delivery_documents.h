// Releases, deployments and tasks as clients read them. List items and single documents come from here alike, so
// that they are equal member for member.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "storage/database.h"
#include "storage/queue_hold.h"
#include "storage/releases.h"
#include "storage/tasks.h"

namespace slipway::api {

/// How a deployment stands where it was made: it is what runs there, what ran before that, or neither: an attempt that
/// came to nothing, or one that others followed.
enum class Standing { runs, ran_before, attempt };
Standing standing_of(const storage::DeploymentRecord&, const storage::CurrentState&);

/// Remembers what several documents refer to. Lives no longer than its reader.
class DeliveryDocuments {
 public:
  DeliveryDocuments(storage::Reader& reader, Time now);

  /// Reads at once what the documents of these refer to: worth its while for more than one.
  void look_ahead(const std::vector<storage::DeploymentRecord>&);

  /// Null where there is none; as long-lived as these documents.
  const storage::TaskRecord* find_task(const std::string& id);

  json::object release(const storage::ReleaseRecord&) const;
  json::object deployment(const storage::DeploymentRecord&);
  json::object task(const storage::TaskRecord&) const;
  /// An entry of dashboards.
  json::object dashboard_item(const storage::DeploymentRecord&, Standing);

 private:
  const storage::ReleaseRecord* find_release(const std::string& id);
  const std::string& username(const std::string& user);

  storage::Reader& reader_;
  const Time now_;
  const std::optional<storage::QueueHold> hold_;
  std::map<std::string, std::optional<storage::ReleaseRecord>> releases_;
  std::map<std::string, std::optional<storage::TaskRecord>> tasks_;
  std::map<std::string, std::string> usernames_;
};

}  // namespace slipway::api
