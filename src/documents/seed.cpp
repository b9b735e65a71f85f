#include "documents/seed.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/describe.h"
#include "base/hash.h"
#include "base/text.h"
#include "documents/api_key_text.h"
#include "documents/api_keys.h"
#include "documents/built_in_documents.h"
#include "documents/built_in_roles.h"
#include "documents/document_store.h"
#include "model/resources/people/team.h"
#include "model/resources/people/user_role.h"
#include "storage/api_keys.h"
#include "storage/document_lookup.h"
#include "storage/resources.h"

namespace slipway::documents {
namespace {

using model::Sender;
using storage::StoredResource;

constexpr std::string_view kInstallationRowId = "Installation-1";

/// What is known of this installation: a row like any other document's, but no resource.
struct Installation {
  std::string Id{kInstallationRowId};
  std::string InstallationId;
  std::string AdministratorId = "Users-1";  ///< whom seeding made; also where that was not written down yet
  /// Fingerprints of the keys that were ever given at a start: none is added twice, or one that was revoked would come
  /// back.
  std::vector<std::string> GivenKeys;
  std::vector<std::string> GivenKeyHashes;  ///< what they are taken of, as earlier versions stored it
};
BOOST_DESCRIBE_STRUCT(Installation, (), (Id, InstallationId, AdministratorId, GivenKeys, GivenKeyHashes))

Installation installation_of(const StoredResource& row) { return json::from_json<Installation>(parse_document(row)); }

std::string body_of(const Installation& installation) { return json::to_text(json::to_json(installation)); }

/// Returns the administrator's id.
std::string seed_documents(const WriteTools& tools, storage::Txn& txn) {
  DocumentStore store({tools}, txn);
  const auto create = [&](std::string_view type, json::object document) {
    return store.create(tools.catalogue.get(type), "", std::move(document), Sender::server).id;
  };
  for (json::object& role : model::built_in_user_roles()) create("UserRole", std::move(role));
  const std::string admin = create("User", {{"Username", "admin"}, {"DisplayName", "Administrator"}});
  create("Team", {{"Id", model::kAdministratorsTeam},
                  {"Name", "Administrators"},
                  {"MemberUserIds", json::array{json::value(admin)}},
                  {"CanBeDeleted", false}});
  create("Team", {{"Id", "teams-managers"}, {"Name", "Managers"}, {"CanBeDeleted", false}});
  create("Team", {{"Id", "teams-everyone"}, {"Name", "Everyone"}, {"CanBeDeleted", false}});
  create("Space",
         {{"Name", "Default"}, {"IsDefault", true}, {"SpaceManagersTeams", json::array{model::kAdministratorsTeam}}});
  return admin;
}

std::string fingerprint_of_hash(const WriteTools& tools, std::string_view hash) {
  return to_hex(tools.vault.fingerprint("key given at start", hash));
}

std::string fingerprint_of(const WriteTools& tools, const Secret& key) {
  return fingerprint_of_hash(tools, to_hex(hmac_sha256("slipway key given at start", key.reveal())));
}

void add_key(const WriteTools& tools, storage::Txn& txn, const std::string& user, const Secret& text,
             std::string purpose) {
  if (storage::find_api_key(txn, tools.vault, text.reveal())) return;
  add_api_key(txn, {tools}, {user, std::move(purpose)}, text);
}

bool has_administrator(storage::Reader& reader) {
  const storage::DocumentLookup lookup(reader);
  const auto team = model::find<model::Team>(lookup, model::kAdministratorsTeam);
  return team && model::has_active_user(team->MemberUserIds, lookup);
}

/// The user whom the given key is for, able to administer: made again where it was deleted, active, and a member of the
/// administrators. Returns its id.
std::string restore_administrator(const WriteTools& tools, const Log& log, storage::Txn& txn,
                                  const std::string& known_id) {
  DocumentStore store({tools}, txn);
  bool changed = false;
  const auto& users = tools.catalogue.get("User");
  auto user = storage::find_resource(txn, known_id);
  if (!user) {
    const std::string name =
        storage::find_resource_by_name(txn, "User", "", "", "admin") ? "admin-" + tools.random.uuid() : "admin";
    changed = true;
    user = store.create(users, "", {{"Username", name}, {"DisplayName", "Administrator"}}, Sender::server);
  }
  json::object document = parse_document(*user);
  if (!json::flag_at(document, "IsActive").value_or(true)) {
    changed = true;
    document["IsActive"] = true;
    store.update(users, *user, document, Sender::server);
  }
  const auto team = storage::find_resource(txn, model::kAdministratorsTeam);
  json::object members = parse_document(*team);
  json::array& ids = members["MemberUserIds"].as_array();
  const json::value id(user->id);
  if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
    changed = true;
    ids.push_back(id);
    store.update(tools.catalogue.get("Team"), *team, members, Sender::server);
  }
  if (!changed) return user->id;
  log.warning("The user of the API key given at start was made an administrator again", {{"user", user->id}});
  return user->id;
}

/// Adds a key that no start was given before. Where nobody is left who could administer, whichever key is given leads
/// back in: who starts the server has the database in hand anyway.
void add_given_key(const WriteTools& tools, const Log& log, storage::Txn& txn, const Secret& key) {
  StoredResource row = storage::find_resource(txn, kInstallationRowId).value();
  Installation installation = installation_of(row);
  auto& known = installation.GivenKeys;
  const bool is_known = std::find(known.begin(), known.end(), fingerprint_of(tools, key)) != known.end();
  if (is_known && has_administrator(txn)) return;
  installation.AdministratorId = restore_administrator(tools, log, txn, installation.AdministratorId);
  add_key(tools, txn, installation.AdministratorId, key, "Key given at start");
  if (!is_known) known.push_back(fingerprint_of(tools, key));
  row.body = body_of(installation);
  storage::update_resource(txn, row);
}

Seeded seed_empty(const WriteTools& tools, storage::Database& database, const std::optional<Secret>& admin_key) {
  const Secret key = admin_key ? admin_key->clone() : make_api_key(tools.random);
  Installation installation;
  installation.InstallationId = tools.random.uuid();
  if (admin_key) installation.GivenKeys.push_back(fingerprint_of(tools, key));
  database.write("seed", [&](storage::Txn& txn) {
    installation.AdministratorId = seed_documents(tools, txn);
    StoredResource row;
    row.id = installation.Id;
    row.type = "Installation";
    row.body = body_of(installation);
    storage::insert_resource(txn, row);
    add_key(tools, txn, installation.AdministratorId, key, "First key of the administrator");
  });
  return {installation.InstallationId, admin_key ? std::nullopt : std::optional(key.clone())};
}

/// Of a database that earlier versions wrote.
void wrap_given_keys(const WriteTools& tools, storage::Txn& txn) {
  StoredResource row = storage::find_resource(txn, kInstallationRowId).value();
  Installation installation = installation_of(row);
  for (const auto& hash : std::exchange(installation.GivenKeyHashes, {})) {
    installation.GivenKeys.push_back(fingerprint_of_hash(tools, hash));
  }
  row.body = body_of(installation);
  storage::update_resource(txn, row);
}

}  // namespace

Seeded seed(const WriteTools& tools, storage::Database& database, const Log& log,
            const std::optional<Secret>& admin_key) {
  if (admin_key) check_api_key(*admin_key);
  const auto known = database.read([](storage::Reader& r) { return storage::find_resource(r, kInstallationRowId); });
  if (!known) {
    Seeded seeded = seed_empty(tools, database, admin_key);
    make_built_in_documents(tools, database, log);
    return seeded;
  }
  renew_built_in_roles(tools, database, log);
  make_built_in_documents(tools, database, log);
  if (!installation_of(*known).GivenKeyHashes.empty()) {
    database.write("wrap given keys", [&](storage::Txn& txn) { wrap_given_keys(tools, txn); });
  }
  if (admin_key) {
    database.write("given key", [&](storage::Txn& txn) { add_given_key(tools, log, txn, *admin_key); });
  }
  return {installation_of(*known).InstallationId, std::nullopt};
}

}  // namespace slipway::documents
