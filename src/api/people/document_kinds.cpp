#include "api/people/document_kinds.h"

#include <algorithm>

#include "base/text.h"
#include "model/ids.h"
#include "storage/api_keys.h"
#include "storage/numbered_id.h"

namespace slipway::api {
namespace {

/// What has entries and is no resource.
constexpr std::string_view kRecordKinds[] = {storage::kReleasePrefix, storage::kDeploymentPrefix, storage::kTaskPrefix,
                                             storage::kApiKeyPrefix};

std::string plural_of(const std::string& type) {
  if (type.ends_with("ss")) return type + "es";
  return type.ends_with('s') ? type : type + "s";
}

std::string kind_of(const model::Schema& schema) {
  return schema.id_prefix.empty() ? plural_of(schema.type) : schema.id_prefix;
}

bool can_change(const model::Verbs& verbs) { return verbs.create || verbs.update || verbs.remove; }

}  // namespace

std::vector<std::string> document_kinds(const model::Catalogue& catalogue) {
  std::vector<std::string> kinds(std::begin(kRecordKinds), std::end(kRecordKinds));
  for (const model::Schema& schema : catalogue.all()) {
    if (can_change(schema.verbs)) kinds.push_back(kind_of(schema));
  }
  std::ranges::sort(kinds);
  return kinds;
}

std::vector<std::string> id_beginnings(const model::Catalogue& catalogue, std::string_view kind) {
  std::vector<std::string> beginnings;
  for (const model::Schema& schema : catalogue.all()) {
    const bool is_meant = equals_ignoring_case(kind, schema.collection) || equals_ignoring_case(kind, kind_of(schema));
    if (!is_meant || schema.id_form.empty()) continue;
    for (const std::string& owner : schema.find_field(schema.parent)->targets) {
      beginnings.push_back(schema.id_form.substr(0, schema.id_form.find('<')) + catalogue.get(owner).id_prefix + "-");
    }
  }
  if (!beginnings.empty()) return beginnings;
  std::string id = model::canonical_id(std::string(kind) + "-1");
  id.pop_back();
  return {id};
}

}  // namespace slipway::api
