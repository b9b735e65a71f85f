#include "views/records.h"

#include <algorithm>

#include "base/describe.h"

namespace slipway::views {
namespace {

bool is_default(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return true;
    case json::kind::bool_:
      return !value.get_bool();
    case json::kind::string:
      return value.get_string().empty();
    case json::kind::array:
      return value.get_array().empty();
    case json::kind::object:
      return value.get_object().empty();
    default:
      return false;
  }
}

template <class Body>
std::string without_defaults(const Body& body) {
  const json::value all = json::to_json(body);
  json::object kept;
  for (const auto& member : all.get_object()) {
    if (!is_default(member.value())) kept.emplace(member.key(), member.value());
  }
  return json::to_text(kept);
}

}  // namespace

bool ReleaseBody::is_blocked() const {
  return std::any_of(Defects.begin(), Defects.end(),
                     [](const Defect& defect) { return defect.Status == "Unresolved"; });
}

ReleaseBody body_of(const storage::ReleaseRecord& record) {
  return json::from_json<ReleaseBody>(json::parse(record.body));
}
DeploymentBody body_of(const storage::DeploymentRecord& record) {
  return json::from_json<DeploymentBody>(json::parse(record.body));
}
std::string to_text(const ReleaseBody& body) { return without_defaults(body); }
std::string to_text(const DeploymentBody& body) { return without_defaults(body); }

}  // namespace slipway::views
