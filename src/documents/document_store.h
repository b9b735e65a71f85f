// The write half of the resource mechanism: creates, updates and deletes documents by their schemas within one
// transaction.
//
// Whatever an edit entails happens here, once for every type: ids, slugs, unique names, references and tags that must
// exist, secrets, versions, the schema's hook and the changes that it asks for, refusal to delete what is used, and the
// audit entry.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "documents/write_context.h"
#include "model/merge.h"
#include "model/schema.h"
#include "storage/database.h"
#include "storage/document_lookup.h"
#include "storage/event_categories.h"
#include "storage/resources.h"

namespace slipway::documents {

/// Under which a version of a document is frozen whose schema keeps versions.
std::string frozen_version_id(std::string_view id, std::int64_t version);

/// Lives no longer than its transaction.
class DocumentStore {
 public:
  DocumentStore(WriteContext context, storage::Txn& txn) : context_(std::move(context)), txn_(txn), lookup_(txn) {}

  /// Stores a new document of `space` ("" for the system's). Throws Error{invalid} with every problem found. Secrets
  /// that stand in a document sent by the server are copied from `secrets_of`, their owner.
  storage::StoredResource create(const model::Schema&, const std::string& space, json::object incoming, model::Sender,
                                 const std::string& secrets_of = {});
  /// A copy of `source` under the names that `changes` gives; of its members the texts count.
  storage::StoredResource clone(const model::Schema&, const storage::StoredResource& source,
                                const json::object& changes);
  /// Merges `incoming` into the stored document. Throws Error{conflict} when it brings a Version that is not the stored
  /// one.
  storage::StoredResource update(const model::Schema&, const storage::StoredResource&, const json::object& incoming,
                                 model::Sender);
  /// Deletes the document, and what it owns. Throws Error{invalid} naming who still uses it.
  void erase(const model::Schema&, const storage::StoredResource&);

 private:
  struct Draft;
  model::MergeTools tools_for(const std::string& id);
  std::string id_of_new(const model::Schema&, const json::object& incoming, model::Sender);
  storage::StoredResource finish(const model::Schema&, Draft&, model::Sender);
  void complete_slug(const model::Schema&, Draft&);
  void check_name(const model::Schema&, Draft&);
  void check_unique(const model::Schema&, Draft&);
  storage::StoredResource save(const model::Schema&, Draft&);
  void keep_version(const model::Schema&, const storage::StoredResource&);
  void apply(const model::Changes&);
  void audit(const model::Schema&, storage::EventCategory category, const storage::StoredResource&,
             const json::object* before, const json::object* after, const std::vector<std::string>& warnings = {});

  const WriteContext context_;
  storage::Txn& txn_;
  storage::DocumentLookup lookup_;
};

}  // namespace slipway::documents
