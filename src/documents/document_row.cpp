#include "documents/document_row.h"

#include "model/values.h"

namespace slipway::documents {
namespace {

std::string text_of(const json::object& document, std::string_view member) {
  return member.empty() ? "" : std::string(json::text_at(document, member).value_or(""));
}

}  // namespace

storage::StoredResource row_of(const model::Schema& schema, const std::string& id, const std::string& space,
                               const json::object& document) {
  storage::StoredResource row;
  row.id = id;
  row.type = schema.type;
  row.space = space;
  row.parent = text_of(document, schema.parent);
  row.kind = text_of(document, schema.discriminator);
  row.name = text_of(document, schema.name_member);
  row.slug = text_of(document, "Slug");
  row.sort = schema.order == model::Order::by_sort_order ? json::integer_at(document, "SortOrder").value_or(0) : 0;
  row.has_secrets = !model::secrets_in(document).empty();
  row.body = json::to_text(document);
  return row;
}

}  // namespace slipway::documents
