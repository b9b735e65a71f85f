// The part of DocumentStore that deletes.
#include <fmt/format.h>

#include <map>
#include <set>

#include "documents/document_draft.h"
#include "documents/document_store.h"
#include "documents/history_erasure.h"
#include "documents/reference_check.h"
#include "model/references.h"

namespace slipway::documents {
namespace {

using model::Schema;
using storage::StoredResource;

constexpr int kReferrersAtMost = 10'000;

/// A document with all that goes with it: what it owns, and the contents of a space.
class Family {
 public:
  Family(storage::Reader& reader, const model::Catalogue& catalogue) : reader_(reader), catalogue_(catalogue) {}

  void add(StoredResource row) {
    if (!ids_.insert(row.id).second) return;
    const std::string id = row.id;
    const bool is_space = catalogue_.get(row.type).dimension == model::Dimension::space;
    rows_.push_back(std::move(row));
    for (const Schema& schema : catalogue_.all()) {
      storage::ResourceFilter members;
      members.type = schema.type;
      if (is_space && schema.scope == model::Scope::space) {
        members.space = id;
      } else if (!schema.parent.empty()) {
        members.parent = id;
      } else {
        continue;
      }
      for (StoredResource& member : storage::list_resources(reader_, members, storage::everything).items)
        add(std::move(member));
    }
  }

  bool contains(const std::string& id) const { return ids_.contains(id); }
  const std::vector<StoredResource>& rows() const { return rows_; }

 private:
  storage::Reader& reader_;
  const model::Catalogue& catalogue_;
  std::set<std::string> ids_;
  std::vector<StoredResource> rows_;
};

/// Documents outside the family that point into it, and what has to become of each.
struct Outsiders {
  std::map<std::string, std::vector<std::string>> to_unlink;  ///< source → targets
  Problems blockers;
};

/// "Web (Projects-1)"; of a document without a name also whose it is: "DeploymentProcess of Web (deploymentprocess-…)".
std::string label_of(const StoredResource& row, storage::Reader& reader) {
  if (!row.name.empty()) return fmt::format("{} ({})", row.name, row.id);
  const auto owner = row.parent.empty() ? std::nullopt : storage::find_resource(reader, row.parent);
  return owner && !owner->name.empty() ? fmt::format("{} of {} ({})", row.type, owner->name, row.id)
                                       : fmt::format("{} ({})", row.type, row.id);
}

Outsiders outsiders_of(const Family& family, storage::Reader& reader, const model::Catalogue& catalogue) {
  Outsiders found;
  for (const StoredResource& row : family.rows()) {
    for (const storage::Referrer& referrer : storage::referrers(reader, row.id, kReferrersAtMost)) {
      if (family.contains(referrer.source)) continue;
      const auto source = storage::find_resource(reader, referrer.source);
      if (!source || (!row.space.empty() && !source->space.empty() && source->space != row.space)) continue;
      for (const model::Edge& edge : model::edges_of(catalogue.get(source->type), parse_document(*source))) {
        const bool points_here =
            edge.field == referrer.field && (edge.target == row.id || edge.declared->kind == model::FieldKind::tags);
        if (!points_here || edge.declared->on_delete == model::OnDelete::ignore) continue;
        if (edge.declared->on_delete == model::OnDelete::unlink) {
          found.to_unlink[source->id].push_back(row.id);
        } else {
          found.blockers.add(fmt::format("{} '{}' is used by {} in {} and can't be deleted; remove it there first.",
                                         row.type, row.name.empty() ? row.id : row.name, label_of(*source, reader),
                                         edge.field));
        }
        break;
      }
    }
  }
  return found;
}

storage::TaskFilter tasks_of(model::Dimension dimension, const std::string& id) {
  storage::TaskFilter tasks;
  switch (dimension) {
    case model::Dimension::space:
      tasks.space = id;
      break;
    case model::Dimension::project:
      tasks.project = id;
      break;
    case model::Dimension::environment:
      tasks.environment = id;
      break;
    case model::Dimension::tenant:
      tasks.tenant = id;
      break;
    case model::Dimension::none:
      break;
  }
  return tasks;
}

/// Tasks keep working with what they were started for, so that stays until they have ended.
void require_rest(storage::Reader& reader, const Schema& schema, const StoredResource& row) {
  if (schema.dimension == model::Dimension::none) return;
  require_ended(reader, tasks_of(schema.dimension, row.id), fmt::format("{} '{}'", row.type, row.name));
}

}  // namespace

void DocumentStore::erase(const Schema& schema, const StoredResource& row) {
  const json::object document = parse_document(row);
  Problems problems;
  model::Changes changes;
  if (schema.hook) changes = schema.hook({&document, nullptr, context_.actor.user}, lookup_, problems);
  problems.throw_if_any();
  require_rest(txn_, schema, row);

  Family family(txn_, context_.catalogue);
  family.add(row);
  for (const std::string& id : changes.erase) {
    if (auto other = storage::find_resource(txn_, id)) family.add(std::move(*other));
  }
  const Outsiders outsiders = outsiders_of(family, txn_, context_.catalogue);
  outsiders.blockers.throw_if_any();

  for (const auto& [source, targets] : outsiders.to_unlink) {
    Draft draft;
    draft.stored = storage::find_resource(txn_, source);
    draft.id = source;
    draft.space = draft.stored->space;
    draft.before = draft.after = parse_document(*draft.stored);
    const Schema& their_schema = context_.catalogue.get(draft.stored->type);
    for (const std::string& target : targets) model::unlink(their_schema, draft.after, target);
    draft.found = check_references(txn_, their_schema, draft.space,
                                   {draft.before_or_null(), draft.after, model::Sender::server}, draft.problems);
    save(their_schema, draft);
  }
  for (const StoredResource& member : family.rows()) {
    if (context_.catalogue.get(member.type).dimension == model::Dimension::project) {
      erase_history(txn_, context_.vault, member.id, member.space);
    }
    context_.vault.erase_owned_by(txn_, member.id);
    storage::erase_resource(txn_, member.id);
  }
  audit(schema, storage::EventCategory::Deleted, row, &document, nullptr);
}

}  // namespace slipway::documents
