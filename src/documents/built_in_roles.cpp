#include "documents/built_in_roles.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "documents/document_store.h"
#include "model/resources/people/user_role.h"
#include "storage/resources.h"

namespace slipway::documents {
namespace {

constexpr std::string_view kType = "UserRole";

std::string_view text_of(const json::object& role, std::string_view member) {
  return json::text_at(role, member).value_or("");
}

bool is_up_to_date(storage::Reader& reader, const json::object& role) {
  const auto row = storage::find_resource(reader, text_of(role, "Id"));
  if (!row) return false;
  const json::object stored = parse_document(*row);
  return std::ranges::all_of(role, [&](const auto& member) {
    const json::value* present = stored.if_contains(member.key());
    return present != nullptr && *present == member.value();
  });
}

std::vector<json::object> outdated_roles(storage::Reader& reader) {
  std::vector<json::object> roles = model::built_in_user_roles();
  std::erase_if(roles, [&](const json::object& role) { return is_up_to_date(reader, role); });
  return roles;
}

/// A role of somebody's making keeps its name.
bool is_name_taken(storage::Reader& reader, const json::object& role) {
  const auto named = storage::find_resource_by_name(reader, kType, "", "", text_of(role, "Name"));
  return named && named->id != text_of(role, "Id");
}

void renew(const WriteTools& tools, const Log& log, storage::Txn& txn, json::object role) {
  const std::string id(text_of(role, "Id"));
  if (is_name_taken(txn, role)) {
    log.warning("A built-in role was not brought up to date, since another has its name", {{"role", id}});
    return;
  }
  DocumentStore store({tools}, txn);
  const model::Schema& schema = tools.catalogue.get(kType);
  if (const auto row = storage::find_resource(txn, id)) {
    store.update(schema, *row, role, model::Sender::server);
  } else {
    store.create(schema, "", std::move(role), model::Sender::server);
  }
}

}  // namespace

void renew_built_in_roles(const WriteTools& tools, storage::Database& database, const Log& log) {
  const auto outdated = database.read([](storage::Reader& reader) { return outdated_roles(reader); });
  if (outdated.empty()) return;
  try {
    database.write("built-in roles", [&](storage::Txn& txn) {
      for (const json::object& role : outdated_roles(txn)) renew(tools, log, txn, role);
    });
  } catch (const Error& error) {
    if (error.code() != ErrorCode::unavailable) throw;
    log.warning("The built-in roles could not be brought up to date; the next start tries again",
                {{"reason", error.message()}});
  }
}

}  // namespace slipway::documents
