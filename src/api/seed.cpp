#include "api/seed.h"

#include <utility>

#include "api/api_key_text.h"
#include "api/document_store.h"
#include "base/error.h"
#include "model/team.h"
#include "storage/api_keys.h"
#include "storage/resources.h"

namespace slipway::api {
namespace {

using model::Sender;
using storage::StoredResource;

constexpr std::string_view installation = "Installation-1";

/// The identity of this installation is a row like any other document, but no resource.
StoredResource installation_row(Random& random) {
  StoredResource row;
  row.id = installation;
  row.type = "Installation";
  row.body = json::to_text(json::object{{"Id", installation}, {"InstallationId", random.uuid()}});
  return row;
}

std::string installation_id(const StoredResource& row) {
  return std::string(json::text_at(json::parse(row.body).as_object(), "InstallationId").value_or(""));
}

/// Returns the administrator's id.
std::string seed_documents(const Services& services, storage::Txn& txn) {
  DocumentStore store(services, txn, {});
  const auto create = [&](std::string_view type, json::object document) {
    return store.create(services.catalogue.get(type), "", std::move(document), Sender::server).id;
  };
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

std::string administrator(storage::Reader& reader) {
  const auto admin = storage::find_resource_by_name(reader, "User", "", "", "admin");
  if (!admin)
    fail(ErrorCode::invalid, "There is no user named 'admin' to give the API key to; create the key with another key.");
  return admin->id;
}

void add_key(const Services& services, storage::Txn& txn, const std::string& user, const Secret& text) {
  if (storage::find_api_key(txn, text.reveal())) return;
  storage::ApiKey key;
  key.id = services.ids.next(txn, "APIKeys");
  key.user = user;
  key.purpose = "First key of the administrator";
  key.hint = hint_of(text);
  key.created = services.clock.now();
  storage::insert_api_key(txn, key, text.reveal());
}

}  // namespace

Seeded seed(const Services& services, const std::optional<Secret>& admin_key) {
  if (admin_key) check_api_key(*admin_key);
  const auto known = services.database.read([](storage::Reader& r) { return storage::find_resource(r, installation); });
  if (known) {
    if (admin_key) {
      services.database.write("admin key",
                              [&](storage::Txn& txn) { add_key(services, txn, administrator(txn), *admin_key); });
    }
    return {installation_id(*known), std::nullopt};
  }
  const Secret key = admin_key ? admin_key->clone() : make_api_key(services.random);
  const StoredResource identity = installation_row(services.random);
  services.database.write("seed", [&](storage::Txn& txn) {
    storage::insert_resource(txn, identity);
    add_key(services, txn, seed_documents(services, txn), key);
  });
  return {installation_id(identity), admin_key ? std::nullopt : std::optional(key.clone())};
}

}  // namespace slipway::api
