#include "api/resources/resource.h"

#include <fmt/format.h>

#include <charconv>
#include <set>
#include <utility>

#include "api/http/idempotency.h"
#include "api/http/paging.h"
#include "api/http/route.h"
#include "api/resources/list_filter.h"
#include "api/resources/resolve.h"
#include "base/time.h"
#include "documents/document_store.h"
#include "model/ids.h"
#include "model/values.h"
#include "storage/contents.h"
#include "storage/document_lookup.h"

namespace slipway::api {
namespace {

using model::Sender;
using storage::StoredResource;

std::string owner_id(const std::optional<Owner>& owner) { return owner ? owner->id : std::string(); }

/// The address says whose the document is, whatever the body says.
void set_owner(json::object& incoming, const Owner& owner) {
  json::value* said = json::find(incoming, owner.field);
  (said != nullptr ? *said : incoming[owner.field]) = owner.id;
}

/// Of what a client sent, what the operation takes. Only the server names secrets by id.
json::object declared_members(const std::vector<model::Field>& fields, const json::object& sent) {
  json::object body;
  for (const model::Field& field : fields) {
    const json::value* given = json::find(sent, field.name);
    if (given != nullptr && model::secrets_in(*given).empty()) body.emplace(field.name, *given);
  }
  return body;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::string tag_of(const StoredResource& row) { return fmt::format("\"{}\"", row.revision); }

/// A client that sends If-Match writes only over what it has read.
void check_if_match(const Call& call, const StoredResource& row) {
  const auto expected = call.request.headers.find("If-Match");
  if (!expected || *expected == "*" || *expected == tag_of(row)) return;
  fail(ErrorCode::conflict,
       fmt::format("{} was changed since you read it. Load it again and repeat your change.", row.id));
}

/// A frozen copy, "deploymentprocess-Projects-1-s-3-ABCDE", reads like the document it was made from.
std::optional<StoredResource> find_frozen(const Call& call, storage::Reader& reader, const model::Schema& schema,
                                          std::string_view named) {
  const std::string id = model::canonical_id(named);
  if (!schema.is_versioned || id.find("-s-") == std::string_view::npos) return std::nullopt;
  auto frozen = storage::find_snapshot(reader, schema.type, id);
  if (!frozen) return std::nullopt;
  json::object& document = *frozen;
  document["Id"] = id;
  if (json::text_at(document, "SpaceId") != call.space) return std::nullopt;
  StoredResource row;
  row.id = id;
  row.type = schema.type;
  row.space = call.space;
  row.parent = json::text_at(document, schema.parent).value_or("");
  row.has_secrets = true;
  row.body = json::to_text(document);
  return row;
}

}  // namespace

net::Response Resource::page(Call& call, storage::Reader& reader, const std::optional<Owner>& owner) const {
  const storage::Slice slice = slice_of(call.query);
  storage::ResourceFilter filter = list_filter(call, reader, schema_);
  if (owner) restrict_to_owner(reader, filter, schema_, owner->field, owner->id);
  const auto rows = storage::list_resources(reader, filter, slice);
  return page_response(call, schema_.type, shown(rows.items, call, reader), rows.total, slice);
}

net::Response Resource::everything(Call& call, storage::Reader& reader, const std::optional<Owner>& owner) const {
  storage::ResourceFilter filter = list_filter(call, reader, schema_);
  if (owner) restrict_to_owner(reader, filter, schema_, owner->field, owner->id);
  return array_response(shown(storage::list_resources(reader, filter, storage::everything).items, call, reader));
}

net::Response Resource::get(Call& call, storage::Reader& reader, std::string_view id,
                            const std::optional<Owner>& owner) const {
  if (const auto frozen = find_frozen(call, reader, schema_, id)) return shown(200, *frozen, call, reader);
  return shown(200, resolve(call, reader, schema_, id, owner_id(owner)), call, reader);
}

net::Response Resource::get_single(Call& call, storage::Reader& reader, const Owner& owner) const {
  return shown(200, single_of(reader, owner), call, reader);
}

net::Response Resource::create(Call& call, const std::optional<Owner>& owner) const {
  json::object incoming = call.body();
  if (owner) set_owner(incoming, *owner);
  const auto key = idempotency_key(call);
  return call.services.database.write("create " + schema_.type, [&](storage::Txn& txn) {
    if (auto kept = kept_answer(call, txn, key)) return std::move(*kept);
    documents::DocumentStore store(call.write_context(), txn);
    const std::string space = schema_.scope == model::Scope::space ? call.space : "";
    const auto source = schema_.clone_source.empty() ? std::nullopt : call.query.find("clone");
    const StoredResource row = source && !source->empty()
                                   ? store.clone(schema_, resolve(call, txn, schema_, *source), incoming)
                                   : store.create(schema_, space, incoming, Sender::client);
    net::Response response = shown(201, row, call, txn);
    keep_answer(call, txn, key, response);
    return response;
  });
}

net::Response Resource::update(Call& call, std::string_view id, const std::optional<Owner>& owner) const {
  call.body();
  return call.services.database.write("update " + schema_.type, [&](storage::Txn& txn) {
    return update_row(call, txn, resolve(call, txn, schema_, id, owner_id(owner)));
  });
}

net::Response Resource::update_single(Call& call, const Owner& owner) const {
  call.body();
  return call.services.database.write("update " + schema_.type,
                                      [&](storage::Txn& txn) { return update_row(call, txn, single_of(txn, owner)); });
}

net::Response Resource::update_row(Call& call, storage::Txn& txn, const StoredResource& row) const {
  check_if_match(call, row);
  documents::DocumentStore store(call.write_context(), txn);
  return shown(200, store.update(schema_, row, call.body(), Sender::client), call, txn);
}

net::Response Resource::remove(Call& call, std::string_view id, const std::optional<Owner>& owner) const {
  call.services.database.write("delete " + schema_.type, [&](storage::Txn& txn) {
    const StoredResource row = resolve(call, txn, schema_, id, owner_id(owner));
    check_if_match(call, row);
    documents::DocumentStore(call.write_context(), txn).erase(schema_, row);
  });
  return json_response(200, json::object());
}

net::Response Resource::sort(Call& call) const {
  const json::array* ids = call.json().if_array();
  if (ids == nullptr) fail_invalid("The request body must be a JSON list of ids in their new order.");
  return call.services.database.write("sort " + schema_.type, [&](storage::Txn& txn) {
    documents::DocumentStore store(call.write_context(), txn);
    std::int64_t position = 0;
    for (const StoredResource& row : in_new_order(call, txn, *ids)) {
      json::object document = storage::parse_document(row);
      document["SortOrder"] = position++;
      store.update(schema_, row, document, Sender::server);
    }
    return everything(call, txn);
  });
}

/// Those named, then the others as they stand, so that no two share a place.
std::vector<StoredResource> Resource::in_new_order(const Call& call, storage::Reader& reader,
                                                   const json::array& ids) const {
  std::vector<StoredResource> ordered;
  std::set<std::string> placed;
  for (const json::value& id : ids) {
    if (!id.is_string()) fail_invalid("The request body must be a JSON list of ids in their new order.");
    StoredResource row = resolve(call, reader, schema_, json::view(id.get_string()));
    if (placed.insert(row.id).second) ordered.push_back(std::move(row));
  }
  storage::ResourceFilter filter;
  filter.type = schema_.type;
  if (schema_.scope == model::Scope::space) filter.space = call.space;
  for (StoredResource& row : storage::list_resources(reader, filter, storage::everything).items) {
    if (!placed.contains(row.id)) ordered.push_back(std::move(row));
  }
  return ordered;
}

net::Response Resource::view(Call& call, storage::Reader& reader, const model::View& view, std::string_view id) const {
  return json_response(200, view_text(view, resolve(call, reader, schema_, id)));
}

net::Response Resource::update_view(Call& call, const model::View& view, std::string_view id) const {
  const json::object& incoming = call.body();
  return call.services.database.write("update " + view.type, [&](storage::Txn& txn) {
    const StoredResource row = resolve(call, txn, schema_, id);
    check_if_match(call, row);
    json::object document = std::move(model::shown(storage::parse_document(row)).as_object());
    for (const auto& [name, member] : view.members) {
      if (const json::value* value = json::find(incoming, name)) document[member] = *value;
    }
    documents::DocumentStore store(call.write_context(), txn);
    return json_response(200, view_text(view, store.update(schema_, row, document, Sender::client)));
  });
}

net::Response Resource::derived(Call& call, storage::Reader& reader, const model::Derived& derived,
                                std::string_view id) const {
  const json::object document = storage::parse_document(resolve(call, reader, schema_, id));
  return json_response(200, model::shown(derived.make(document, storage::DocumentLookup(reader))));
}

net::Response Resource::operate(Call& call, const model::Operation& operation, std::string_view id) const {
  const json::object& sent = call.body();
  return call.services.database.write(fmt::format("{} {}", operation.segment, schema_.type), [&](storage::Txn& txn) {
    const StoredResource row = resolve(call, txn, schema_, id);
    check_if_match(call, row);
    const json::object document = storage::parse_document(row);
    Problems problems;
    json::object changes = operation.apply(
        {document, declared_members(operation.body, sent), to_rfc3339(call.services.clock.now())}, problems);
    problems.throw_if_any();
    json::object changed = document;
    for (auto& member : changes) changed[member.key()] = std::move(member.value());
    documents::DocumentStore store(call.write_context(), txn);
    return shown(200, store.update(schema_, row, changed, Sender::server), call, txn);
  });
}

net::Response Resource::values(Call& call, storage::Reader& reader, const model::ValueList& list) const {
  storage::ResourceFilter filter;
  filter.type = schema_.type;
  if (schema_.scope == model::Scope::space) filter.space = call.space;
  std::set<std::string> texts;
  const auto add = [&](const json::value& v) {
    if (v.is_string() && !v.get_string().empty()) texts.emplace(json::view(v.get_string()));
  };
  for (const StoredResource& row : storage::list_resources(reader, filter, storage::everything).items) {
    const json::object document = storage::parse_document(row);
    const json::value* member = document.if_contains(list.member);
    if (member == nullptr) continue;
    add(*member);
    if (!member->is_array()) continue;
    for (const json::value& item : member->get_array()) add(item);
  }
  json::array all;
  for (const std::string& text : texts) all.emplace_back(text);
  return json_response(200, all);
}

net::Response Resource::version(Call& call, storage::Reader& reader, std::string_view id,
                                std::string_view version) const {
  StoredResource row = resolve(call, reader, schema_, id);
  const auto number = whole_number(version);
  const auto frozen = number
                          ? storage::find_snapshot(reader, schema_.type, documents::frozen_version_id(row.id, *number))
                          : std::nullopt;
  if (!frozen) fail_not_found(fmt::format("{} has no version '{}'.", row.id, version));
  row.body = json::to_text(*frozen);
  return json_response(200, presentation_.show(row, call, reader));
}

StoredResource Resource::single_of(storage::Reader& reader, const Owner& owner) const {
  storage::ResourceFilter filter;
  filter.type = schema_.type;
  filter.parent = owner.id;
  auto rows = storage::list_resources(reader, filter, {0, 1});
  if (rows.items.empty()) fail_not_found(fmt::format("The resource '{}' has no {}.", owner.id, schema_.type));
  return std::move(rows.items.front());
}

net::Response Resource::shown(int status, const StoredResource& row, const Call& call, storage::Reader& reader) const {
  net::Response response = json_response(status, presentation_.show(row, call, reader));
  response.headers.add("ETag", tag_of(row));
  return response;
}

std::vector<std::string> Resource::shown(const std::vector<StoredResource>& rows, const Call& call,
                                         storage::Reader& reader) const {
  std::vector<std::string> texts;
  texts.reserve(rows.size());
  for (const StoredResource& row : rows) texts.push_back(presentation_.show(row, call, reader));
  return texts;
}

std::string Resource::view_text(const model::View& view, const StoredResource& row) const {
  const json::object document = std::move(model::shown(storage::parse_document(row)).as_object());
  json::object out{
      {"Id", fmt::format("{}-{}", view.id_prefix, row.id)}, {"SpaceId", row.space}, {view.owner_field, row.id}};
  for (const auto& [name, member] : view.members) out.emplace(name, document.at(member));
  out.emplace("Links", json::object{{"Self", fmt::format("{}/{}", self_path(schema_, row), view.segment)}});
  return json::to_text(out);
}

}  // namespace slipway::api
