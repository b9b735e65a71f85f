#include "documents/api_keys.h"

#include <fmt/format.h>

#include "base/text.h"
#include "documents/api_key_text.h"
#include "documents/audit.h"

namespace slipway::documents {
namespace {

void audit_key(storage::Txn& txn, const WriteContext& context, EventCategory category, const storage::ApiKey& key) {
  WriteContext of_system = context;
  of_system.space.clear();
  audit(txn, of_system, category,
        fmt::format("API key '{}' ({}…) of {} was {}.", key.purpose, key.hint, key.user,
                    to_lower_ascii(to_string(category))),
        {key.id});
}

}  // namespace

storage::ApiKey add_api_key(storage::Txn& txn, const WriteContext& context, NewApiKey wanted, const Secret& text) {
  storage::ApiKey key;
  key.id = context.ids.next(txn, storage::kApiKeyPrefix);
  key.user = std::move(wanted.user);
  key.purpose = std::move(wanted.purpose);
  key.hint = hint_of(text);
  key.created = context.clock.now();
  key.expires = wanted.expires;
  storage::insert_api_key(txn, context.vault, key, text.reveal());
  audit_key(txn, context, EventCategory::Created, key);
  return key;
}

void erase_api_key(storage::Txn& txn, const WriteContext& context, const storage::ApiKey& key) {
  storage::erase_api_key(txn, key.id);
  audit_key(txn, context, EventCategory::Deleted, key);
}

}  // namespace slipway::documents
