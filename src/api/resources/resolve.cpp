#include "api/resources/resolve.h"

#include "api/resources/other_names.h"
#include "model/require.h"

namespace slipway::api {

storage::StoredResource resolve(const Call& call, storage::Reader& reader, const model::Schema& schema,
                                std::string_view id_slug_or_name, std::string_view owner) {
  const std::string_view space = schema.scope == model::Scope::space ? std::string_view(call.space) : "";
  auto row = storage::find_resource(reader, id_slug_or_name);
  if (row && row->type == schema.type && row->space == space && (owner.empty() || row->parent == owner)) return *row;
  row = storage::find_resource_by_name(reader, schema.type, space, owner, id_slug_or_name);
  if (row) return *row;
  if (const auto id = known_as(schema.type, id_slug_or_name)) {
    if (row = storage::find_resource(reader, *id); row) return *row;
  }
  model::fail_unknown("resource", id_slug_or_name);
}

}  // namespace slipway::api
