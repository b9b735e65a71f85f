#include "api/seed.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "api/api_key_text.h"
#include "api/document_store.h"
#include "api/stored_document.h"
#include "base/describe.h"
#include "base/hash.h"
#include "base/text.h"
#include "model/team.h"
#include "model/user_role.h"
#include "storage/api_keys.h"
#include "storage/document_lookup.h"
#include "storage/event_categories.h"
#include "storage/events.h"
#include "storage/resources.h"

namespace slipway::api {
namespace {

using model::Sender;
using storage::StoredResource;

constexpr std::string_view installation_row_id = "Installation-1";

/// What is known of this installation: a row like any other document's, but no resource.
struct Installation {
  std::string Id{installation_row_id};
  std::string InstallationId;
  std::string AdministratorId = "Users-1";  ///< whom seeding made; also where that was not written down yet
  /// Fingerprints of the keys that were ever given at a start: none is added twice, or one that was revoked would come
  /// back.
  std::vector<std::string> GivenKeys;
  std::vector<std::string> GivenKeyHashes;  ///< what they are taken of, as earlier versions stored it
};
BOOST_DESCRIBE_STRUCT(Installation, (), (Id, InstallationId, AdministratorId, GivenKeys, GivenKeyHashes))

Installation installation_of(const StoredResource& row) { return json::from_json<Installation>(json::parse(row.body)); }

std::string body_of(const Installation& installation) { return json::to_text(json::to_json(installation)); }

/// Returns the administrator's id.
std::string seed_documents(const Services& services, storage::Txn& txn) {
  DocumentStore store(services, txn, {});
  const auto create = [&](std::string_view type, json::object document) {
    return store.create(services.catalogue.get(type), "", std::move(document), Sender::server).id;
  };
  for (json::object& role : model::built_in_user_roles()) create("UserRole", std::move(role));
  const std::string admin = create("User", {{"Username", "admin"}, {"DisplayName", "Administrator"}});
  create("Team", {{"Id", model::administrators_team},
                  {"Name", "Administrators"},
                  {"MemberUserIds", json::array{json::value(admin)}},
                  {"CanBeDeleted", false}});
  create("Team", {{"Id", "teams-managers"}, {"Name", "Managers"}, {"CanBeDeleted", false}});
  create("Team", {{"Id", "teams-everyone"}, {"Name", "Everyone"}, {"CanBeDeleted", false}});
  create("Space",
         {{"Name", "Default"}, {"IsDefault", true}, {"SpaceManagersTeams", json::array{model::administrators_team}}});
  return admin;
}

std::string fingerprint_of_hash(const Services& services, std::string_view hash) {
  return to_hex(services.vault.fingerprint("key given at start", hash));
}

std::string fingerprint_of(const Services& services, const Secret& key) {
  return fingerprint_of_hash(services, to_hex(hmac_sha256("slipway key given at start", key.reveal())));
}

void audit_key(const Services& services, storage::Txn& txn, const storage::ApiKey& key) {
  storage::Event event;
  event.occurred = key.created;
  event.category = storage::EventCategory("Created").name();
  event.user = event.username = "system";
  event.subject = key.id;
  event.message = fmt::format("API key '{}' ({}…) of {} was added at start.", key.purpose, key.hint, key.user);
  storage::append_event(txn, services.ids, event);
}

void add_key(const Services& services, storage::Txn& txn, const std::string& user, const Secret& text,
             std::string purpose) {
  if (storage::find_api_key(txn, services.vault, text.reveal())) return;
  storage::ApiKey key;
  key.id = services.ids.next(txn, "APIKeys");
  key.user = user;
  key.purpose = std::move(purpose);
  key.hint = hint_of(text);
  key.created = services.clock.now();
  storage::insert_api_key(txn, services.vault, key, text.reveal());
  audit_key(services, txn, key);
}

bool has_administrator(storage::Reader& reader) {
  const storage::DocumentLookup lookup(reader);
  const auto team = model::find<model::Team>(lookup, model::administrators_team);
  return team && model::has_active_user(team->MemberUserIds, lookup);
}

/// The user whom the given key is for, able to administer: made again where it was deleted, active, and a member of the
/// administrators. Returns its id.
std::string restore_administrator(const Services& services, storage::Txn& txn, const std::string& known_id) {
  DocumentStore store(services, txn, {});
  bool changed = false;
  const auto& users = services.catalogue.get("User");
  auto user = storage::find_resource(txn, known_id);
  if (!user) {
    const std::string name =
        storage::find_resource_by_name(txn, "User", "", "", "admin") ? "admin-" + services.random.uuid() : "admin";
    changed = true;
    user = store.create(users, "", {{"Username", name}, {"DisplayName", "Administrator"}}, Sender::server);
  }
  json::object document = parse_document(*user);
  if (!json::flag_at(document, "IsActive").value_or(true)) {
    changed = true;
    document["IsActive"] = true;
    store.update(users, *user, document, Sender::server);
  }
  const auto team = storage::find_resource(txn, model::administrators_team);
  json::object members = parse_document(*team);
  json::array& ids = members["MemberUserIds"].as_array();
  const json::value id(user->id);
  if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
    changed = true;
    ids.push_back(id);
    store.update(services.catalogue.get("Team"), *team, members, Sender::server);
  }
  if (!changed) return user->id;
  services.log.warning("The user of the API key given at start was made an administrator again", {{"user", user->id}});
  return user->id;
}

/// Adds a key that no start was given before. Where nobody is left who could administer, whichever key is given leads
/// back in: who starts the server has the database in hand anyway.
void add_given_key(const Services& services, storage::Txn& txn, const Secret& key) {
  StoredResource row = storage::find_resource(txn, installation_row_id).value();
  Installation installation = installation_of(row);
  auto& known = installation.GivenKeys;
  const bool is_known = std::find(known.begin(), known.end(), fingerprint_of(services, key)) != known.end();
  if (is_known && has_administrator(txn)) return;
  installation.AdministratorId = restore_administrator(services, txn, installation.AdministratorId);
  add_key(services, txn, installation.AdministratorId, key, "Key given at start");
  if (!is_known) known.push_back(fingerprint_of(services, key));
  row.body = body_of(installation);
  storage::update_resource(txn, row);
}

Seeded seed_empty(const Services& services, const std::optional<Secret>& admin_key) {
  const Secret key = admin_key ? admin_key->clone() : make_api_key(services.random);
  Installation installation;
  installation.InstallationId = services.random.uuid();
  if (admin_key) installation.GivenKeys.push_back(fingerprint_of(services, key));
  services.database.write("seed", [&](storage::Txn& txn) {
    installation.AdministratorId = seed_documents(services, txn);
    StoredResource row;
    row.id = installation.Id;
    row.type = "Installation";
    row.body = body_of(installation);
    storage::insert_resource(txn, row);
    add_key(services, txn, installation.AdministratorId, key, "First key of the administrator");
  });
  return {installation.InstallationId, admin_key ? std::nullopt : std::optional(key.clone())};
}

/// Of a database that earlier versions wrote.
void wrap_given_keys(const Services& services, storage::Txn& txn) {
  StoredResource row = storage::find_resource(txn, installation_row_id).value();
  Installation installation = installation_of(row);
  for (const auto& hash : std::exchange(installation.GivenKeyHashes, {})) {
    installation.GivenKeys.push_back(fingerprint_of_hash(services, hash));
  }
  row.body = body_of(installation);
  storage::update_resource(txn, row);
}

}  // namespace

Seeded seed(const Services& services, const std::optional<Secret>& admin_key) {
  if (admin_key) check_api_key(*admin_key);
  const auto known =
      services.database.read([](storage::Reader& r) { return storage::find_resource(r, installation_row_id); });
  if (!known) return seed_empty(services, admin_key);
  if (!installation_of(*known).GivenKeyHashes.empty()) {
    services.database.write("wrap given keys", [&](storage::Txn& txn) { wrap_given_keys(services, txn); });
  }
  if (admin_key) {
    services.database.write("given key", [&](storage::Txn& txn) { add_given_key(services, txn, *admin_key); });
  }
  return {installation_of(*known).InstallationId, std::nullopt};
}

}  // namespace slipway::api
