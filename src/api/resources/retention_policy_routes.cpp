#include "api/resources/retention_policy_routes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "api/http/shape.h"
#include "api/resources/resource.h"
#include "base/error.h"
#include "base/text.h"
#include "model/resources/delivery/retention_policy.h"

namespace slipway::api {
namespace {

using storage::Reader;

/// The one of the named kind; clients expect no list.
net::Response retention_policy(Call& call, Reader& reader) {
  const auto wanted = call.query.find("RetentionType").value_or("");
  storage::ResourceFilter filter;
  filter.type = "RetentionPolicy";
  filter.space = call.space;
  for (const auto& row : storage::list_resources(reader, filter, storage::everything).items) {
    if (!equals_ignoring_case(json::text_at(storage::parse_document(row), "RetentionType").value_or(""), wanted))
      continue;
    return Resource(call.services.catalogue.get(row.type)).get(call, reader, row.id);
  }
  fail_invalid(fmt::format("RetentionType must be one of {}.", fmt::join(model::kRetentionTypes, ", ")));
}

}  // namespace

std::vector<Route> retention_policy_routes() {
  return {
      Route{"GET", "retentionpolicies", "LifecycleView", "How long a space keeps things of one kind.", retention_policy}
          .with_query({{"RetentionType"}})
          .answers(shape::one("RetentionPolicy")),
  };
}

}  // namespace slipway::api
