#include "api/people/user_routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "api/http/paging.h"
#include "api/http/shape.h"
#include "api/people/permissions.h"
#include "api/resources/resolve.h"
#include "api/resources/resource.h"
#include "base/error.h"
#include "base/name.h"
#include "documents/api_key_text.h"
#include "documents/api_keys.h"
#include "model/ids.h"
#include "model/require.h"
#include "storage/api_keys.h"
#include "storage/resources.h"

namespace slipway::api {
namespace {

using storage::ApiKey;
using storage::Reader;

/// The user that the address names; their own page needs no permission.
std::string addressed_user(const Call& call, Reader& reader, std::string_view permission) {
  const std::string& named = call.parameter("userId");
  const std::string id = named == "me" ? call.principal.user : model::canonical_id(named);
  if (id != call.principal.user) require_permission(call.principal, permission, "");
  return resolve(call, reader, call.services.catalogue.get("User"), id).id;
}

json::object key_json(const ApiKey& key) {
  return {{"Id", key.id},
          {"UserId", key.user},
          {"Purpose", key.purpose},
          {"Created", to_rfc3339(key.created)},
          {"Expires", key.expires ? json::value(to_rfc3339(*key.expires)) : json::value(nullptr)},
          {"ApiKey", json::object{{"HasValue", true}, {"NewValue", nullptr}, {"Hint", key.hint + "..."}}},
          {"Links", json::object{{"Self", fmt::format("/api/users/{}/apikeys/{}", key.user, key.id)}}}};
}

net::Response list_keys(Call& call, Reader& reader) {
  const storage::Slice slice = slice_of(call.query);
  const auto keys = storage::list_api_keys(reader, addressed_user(call, reader, "UserView"), slice);
  std::vector<std::string> items;
  for (const ApiKey& key : keys.items) items.push_back(json::to_text(key_json(key)));
  return page_response(call, "ApiKey", items, keys.total, slice);
}

ApiKey addressed_key(const Call& call, Reader& reader, std::string_view permission) {
  const std::string user = addressed_user(call, reader, permission);
  auto key = storage::find_api_key_by_id(reader, call.parameter("key"));
  if (!key || key->user != user) model::fail_unknown("resource", call.parameter("key"));
  return std::move(*key);
}

net::Response get_key(Call& call, Reader& reader) {
  return json_response(200, key_json(addressed_key(call, reader, "UserView")));
}

/// None where the key is to live for good. A key that is dead when it is made can't be meant.
std::optional<Time> expiry_in(const json::object& body, Time now) {
  const json::value* given = json::find(body, "Expires");
  if (given == nullptr || given->is_null()) return std::nullopt;
  const std::string_view text = json::text_at(body, "Expires").value_or("no text");
  if (text.empty()) return std::nullopt;
  const auto time = parse_time(text);
  if (!time) fail_invalid("Expires must be a time such as 2024-05-01T02:03:04Z.");
  if (*time <= now) {
    fail_invalid(fmt::format("Expires: {} is past; it is {} now. Give a later time, or leave it out.",
                             to_rfc3339(*time), to_rfc3339(now)));
  }
  return time;
}

/// A key made by a key ends with it at the latest: what is lent for a while must not become a way in for good.
std::optional<Time> within(const std::optional<Time>& wanted, const std::optional<Time>& own) {
  return wanted && own ? std::min(*wanted, *own) : wanted ? wanted : own;
}

constexpr std::int64_t kMostKeys = 200;

/// A script that makes a key for each of its runs would otherwise go on for years.
void expect_room_for_key(storage::Txn& txn, const std::string& user) {
  if (storage::list_api_keys(txn, user, {0, 1}).total < kMostKeys) return;
  fail(ErrorCode::conflict, fmt::format("User {} has {} API keys, as many as a user may have. Delete those that are no "
                                        "longer needed, expired ones first.",
                                        user, kMostKeys));
}

/// The only answer that ever shows the key.
net::Response create_key(Call& call) {
  documents::NewApiKey wanted;
  wanted.purpose = trim_name(json::text_at(call.body(), "Purpose").value_or(""));
  if (has_control_characters(wanted.purpose)) fail_invalid("Purpose must not hold line ends or control characters.");
  if (wanted.purpose.empty()) fail_invalid("Purpose is required: say what the key is for.");
  if (wanted.purpose.size() > 1000) fail_invalid("Purpose must be at most 1000 bytes long.");
  wanted.expires = within(expiry_in(call.body(), call.services.clock.now()), call.principal.key_expires);
  const Secret text = documents::make_api_key(call.services.random);
  const ApiKey key = call.services.database.write("create API key", [&](storage::Txn& txn) {
    wanted.user = addressed_user(call, txn, "UserEdit");
    expect_room_for_key(txn, wanted.user);
    return documents::add_api_key(txn, call.write_context(), wanted, text);
  });
  json::object out = key_json(key);
  out["ApiKey"] = text.reveal();
  return json_response(201, out);
}

net::Response delete_key(Call& call) {
  call.services.database.write("delete API key", [&](storage::Txn& txn) {
    documents::erase_api_key(txn, call.write_context(), addressed_key(call, txn, "UserEdit"));
  });
  return json_response(200, json::object());
}

/// As clients decode them: references, not ids.
json::array teams_of_user(Reader& reader, const std::string& user) {
  storage::ResourceFilter filter;
  filter.type = "Team";
  filter.references.emplace("MemberUserIds", user);
  json::array teams;
  for (const auto& team : storage::list_resources(reader, filter, storage::everything).items) {
    teams.push_back(json::object{
        {"Id", team.id}, {"Name", storage::parse_document(team).at("Name")}, {"IsDirectlyAssigned", true}});
  }
  return teams;
}

/// Administrators may do everything, so the set needs no list.
net::Response permissions(Call& call, Reader& reader) {
  const std::string user = addressed_user(call, reader, "UserView");
  return json_response(200,
                       json::object{{"Id", user},
                                    {"IsPermissionsComplete", true},
                                    {"IsTeamsComplete", true},
                                    {"SpacePermissions", json::object()},
                                    {"SystemPermissions", json::array()},
                                    {"Teams", teams_of_user(reader, user)},
                                    {"Links", json::object{{"Self", fmt::format("/api/users/{}/permissions", user)}}}});
}

/// `key`: the key itself, or what is shown in its place.
json::object key_shape(json::object key) {
  return shape::object({{"Id", shape::text()},
                        {"UserId", shape::text()},
                        {"Purpose", shape::text()},
                        {"Created", shape::time()},
                        {"Expires", shape::or_null(shape::time())},
                        {"ApiKey", std::move(key)},
                        {"Links", shape::links()}});
}

json::object key_body() {
  return {{"type", "object"},
          {"properties", json::object{{"Purpose", shape::text()}, {"Expires", shape::or_null(shape::time())}}},
          {"required", json::array{"Purpose"}}};
}

json::object permission_set() {
  const auto team =
      shape::object({{"Id", shape::text()}, {"Name", shape::text()}, {"IsDirectlyAssigned", shape::flag()}});
  return shape::object({{"Id", shape::text()},
                        {"IsPermissionsComplete", shape::flag()},
                        {"IsTeamsComplete", shape::flag()},
                        {"SpacePermissions", shape::map_of(shape::anything())},
                        {"SystemPermissions", shape::list_of(shape::text())},
                        {"Teams", shape::list_of(team)},
                        {"Links", shape::links()}});
}

json::object providers_shape() {
  return shape::object({{"AuthenticationProviders", shape::list_of(shape::map_of(shape::anything()))},
                        {"CanCurrentUserEditIdentitiesForUser", shape::flag()},
                        {"Links", shape::links()}});
}

}  // namespace

std::vector<Route> user_routes(const model::Catalogue& catalogue) {
  const auto users = std::make_shared<const Resource>(catalogue.get("User"));
  const auto spaces = std::make_shared<const Resource>(catalogue.get("Space"));
  const auto teams = std::make_shared<const Resource>(catalogue.get("Team"));
  const ReadHandler me = [users](Call& call, Reader& r) { return users->get(call, r, call.principal.user); };
  const ReadHandler spaces_of = [spaces](Call& call, Reader& r) {
    addressed_user(call, r, "UserView");
    return spaces->everything(call, r);
  };
  const ReadHandler teams_of = [teams](Call& call, Reader& r) {
    return teams->everything(call, r, Owner{"MemberUserIds", addressed_user(call, r, "UserView")});
  };
  const auto no_providers = [] {
    return json_response(200, json::object{{"AuthenticationProviders", json::array()},
                                           {"CanCurrentUserEditIdentitiesForUser", false},
                                           {"Links", json::object()}});
  };
  const ReadHandler providers = [no_providers](Call&, Reader&) { return no_providers(); };
  const ReadHandler providers_of = [no_providers](Call& call, Reader& r) {
    addressed_user(call, r, "UserView");
    return no_providers();
  };
  const std::string any(kAuthenticated);
  const QueryParameters names{{"ids", QueryKind::texts}, {"name"}, {"partialName"}};
  QueryParameters team_filters = names;
  team_filters.push_back({"spaces", QueryKind::texts});
  team_filters.push_back({"includeSystem", QueryKind::flag});
  std::vector<Route> routes{
      Route{"GET", "users/me", any, "Your own user.", me}.answers(shape::one("User")).linked("CurrentUser"),
      Route{"GET", "users/{userId}/spaces", any, "The spaces that a user may enter.", spaces_of}
          .with_query(names)
          .answers(shape::list_of("Space")),
      Route{"GET", "users/{userId}/teams", any, "The teams that a user is in.", teams_of}
          .with_query(team_filters)
          .answers(shape::list_of("Team")),
      Route{"GET", "users/{userId}/permissions", any, "What a user may do.", permissions}.answers(permission_set()),
      Route{"GET", "users/{userId}/permissions/configuration", any, "What a user may do.", permissions}.answers(
          permission_set()),
      Route{"GET", "users/{userId}/apikeys", any, "Lists a user's API keys, without the keys themselves.", list_keys}
          .with_query(paged())
          .answers(shape::page_of(key_shape(shape::one("SensitiveValue")))),
      Route{"GET", "users/{userId}/apikeys/{key}", any, "An API key, without the key itself.", get_key}.answers(
          key_shape(shape::one("SensitiveValue"))),
      Route{"POST", "users/{userId}/apikeys", any, "Creates an API key; this answer alone shows it.", create_key}
          .takes(key_body())
          .answers(key_shape(shape::text()), {201}),
      Route{"DELETE", "users/{userId}/apikeys/{key}", any, "Deletes an API key.", delete_key}.answers(shape::nothing()),
      Route{"GET", "users/authentication", any, "Ways to log in besides API keys.", providers}
          .answers(providers_shape())
          .linked("Authentication"),
      Route{"GET", "users/authentication/{userId}", any, "Ways to log in besides API keys.", providers_of}
          .answers(providers_shape())
          .linked("UserAuthentication"),
  };
  for (Route& route : routes) route.scope = RouteScope::system;
  return routes;
}

}  // namespace slipway::api
