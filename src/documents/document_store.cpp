#include "documents/document_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "documents/audit.h"
#include "documents/document_draft.h"
#include "documents/document_row.h"
#include "documents/reference_check.h"
#include "model/difference.h"
#include "model/values.h"
#include "storage/contents.h"

namespace slipway::documents {
namespace {

using model::Schema;
using model::Sender;
using storage::StoredResource;

constexpr std::size_t kLargestAuditDetail = 16u << 10;
constexpr std::size_t kMostWarnings = 5;  ///< told in an audit entry

std::string text_of(const json::object& document, std::string_view member) {
  return member.empty() ? "" : std::string(json::text_at(document, member).value_or(""));
}

model::Dimension dimension_of(const model::Catalogue& catalogue, std::string_view id) {
  const std::string_view prefix = id.substr(0, id.rfind('-'));
  const auto is_of = [&](const Schema& schema) { return !schema.id_prefix.empty() && schema.id_prefix == prefix; };
  const auto schema = std::ranges::find_if(catalogue.all(), is_of);
  return schema == catalogue.all().end() ? model::Dimension::none : schema->dimension;
}

void place(AuditSubject& subject, model::Dimension dimension, const std::string& id) {
  if (dimension == model::Dimension::project) subject.project = id;
  if (dimension == model::Dimension::environment) subject.environment = id;
  if (dimension == model::Dimension::tenant) subject.tenant = id;
}

/// What the server reads from what was sent, where that says anything of it.
void read_sent(const Schema& schema, const json::object& sent, json::object& document, Problems& problems) {
  if (!schema.read_sent) return;
  for (auto& member : schema.read_sent(sent, problems)) document[member.key()] = member.value();
}

/// `changes` member by member over a whole document.
json::object overlay(json::object document, const json::object& changes) {
  for (const auto& member : changes) {
    if (json::value* existing = json::find(document, member.key())) {
      *existing = member.value();
    } else {
      document.emplace(member.key(), member.value());
    }
  }
  return document;
}

}  // namespace

std::string frozen_version_id(std::string_view id, std::int64_t version) { return fmt::format("{}-s-{}", id, version); }

StoredResource DocumentStore::create(const Schema& schema, const std::string& space, json::object incoming,
                                     Sender sender, const std::string& secrets_of) {
  Draft draft;
  draft.id = id_of_new(schema, incoming, sender);
  draft.space = space;
  if (!secrets_of.empty()) {
    const auto copy = [&](const std::string& secret) {
      return context_.vault.put(txn_, draft.id, context_.vault.get(txn_, secret, secrets_of).value_or(Secret()));
    };
    incoming = std::move(model::with_secrets(incoming, copy).as_object());
  }
  if (schema.prepare) incoming = schema.prepare(std::move(incoming), lookup_);
  draft.after = model::merge(schema, {draft.id, space}, nullptr, incoming, sender, tools_for(draft.id), draft.problems);
  read_sent(schema, incoming, draft.after, draft.problems);
  // Last, unless a place is named. Existing clients send 0 when they mean none.
  if (schema.order == model::Order::by_sort_order && json::integer_at(draft.after, "SortOrder").value_or(0) == 0) {
    draft.after["SortOrder"] = storage::next_sort(txn_, schema.type, space);
  }
  return finish(schema, draft, sender);
}

StoredResource DocumentStore::clone(const Schema& schema, const StoredResource& source, const json::object& changes) {
  json::object copy = parse_document(source);
  for (const std::string_view own : {"Id", "Slug"}) copy.stable_erase(own);
  json::object texts;  // a client's objects could name another document's secrets
  for (const auto& member : changes) {
    const bool is_own = equals_ignoring_case(member.key(), "Id");  // a new document gets a new one
    if (member.value().is_string() && !is_own) texts.emplace(member.key(), member.value());
  }
  copy = overlay(std::move(copy), texts);
  copy[schema.clone_source] = source.id;
  return create(schema, source.space, std::move(copy), Sender::server, source.id);
}

StoredResource DocumentStore::update(const Schema& schema, const StoredResource& stored, const json::object& incoming,
                                     Sender sender) {
  Draft draft;
  draft.id = stored.id;
  draft.space = stored.space;
  draft.stored = stored;
  draft.before = parse_document(stored);
  const std::int64_t version = json::integer_at(*draft.before, "Version").value_or(0);
  const auto expected = json::integer_at(incoming, "Version");
  const json::value* sent = json::find(incoming, "Version");
  if (schema.is_versioned && sender == Sender::client && !expected && sent != nullptr && !sent->is_null()) {
    draft.problems.add("Version must be the whole number that you read; leave it out to let the last writer win.");
  }
  if (schema.is_versioned && sender == Sender::client && expected && *expected != version) {
    fail(ErrorCode::conflict,
         fmt::format("{} was changed meanwhile: you sent Version {}, it is {}. Load it again and repeat your change.",
                     stored.id, *expected, version));
  }
  draft.after = model::merge(schema, {stored.id, stored.space}, &*draft.before,
                             schema.prepare ? schema.prepare(incoming, lookup_) : incoming, sender,
                             tools_for(stored.id), draft.problems);
  read_sent(schema, incoming, draft.after, draft.problems);
  if (schema.is_versioned) draft.after["Version"] = version + 1;
  return finish(schema, draft, sender);
}

model::MergeTools DocumentStore::tools_for(const std::string& id) {
  return {.new_uuid = [this] { return context_.random.uuid(); },
          .put_secret = [this, id](const Secret& secret) { return context_.vault.put(txn_, id, secret); }};
}

std::string DocumentStore::id_of_new(const Schema& schema, const json::object& incoming, Sender sender) {
  if (sender == Sender::server) {
    if (const std::string given = text_of(incoming, "Id"); !given.empty()) return given;
  }
  return schema.id_form.empty() ? context_.ids.next(txn_, schema.id_prefix) : model::fill(schema.id_form, incoming);
}

/// Everything behind the merge, in the order in which each part relies on the one before.
StoredResource DocumentStore::finish(const Schema& schema, Draft& draft, Sender sender) {
  draft.problems.throw_if_any();  // what follows relies on the document's shape
  if (!schema.name_member.empty()) check_name(schema, draft);
  if (schema.find_field("Slug") != nullptr) complete_slug(schema, draft);
  model::Changes changes;
  if (schema.hook) {
    const model::Edit edit{draft.before_or_null(), &draft.after,
                           sender == Sender::client ? std::string_view(context_.actor.user) : std::string_view(),
                           [this](std::string_view prefix) { return context_.ids.next(txn_, prefix); }};
    changes = schema.hook(edit, lookup_, draft.problems);
  }
  check_unique(schema, draft);
  std::set<std::string> to_come;
  for (const auto& fresh : changes.create) to_come.insert(text_of(fresh.document, "Id"));
  draft.found = check_references(txn_, schema, draft.space,
                                 {draft.before_or_null(), draft.after, sender, std::move(to_come)}, draft.problems);
  draft.problems.throw_if_any();
  StoredResource row = save(schema, draft);
  apply(changes);
  if (changes.update.empty()) return row;
  return storage::find_resource(txn_, row.id).value_or(row);  // a change may have been to the document itself
}

void DocumentStore::check_name(const Schema& schema, Draft& draft) {
  const std::string name = text_of(draft.after, schema.name_member);
  storage::ResourceFilter same;
  same.type = schema.type;
  same.space = draft.space;
  same.parent = text_of(draft.after, schema.parent);
  same.name = name;
  for (const StoredResource& other : storage::list_resources(txn_, same, {0, 2}).items) {
    if (other.id == draft.id) continue;
    draft.problems.add(fmt::format("{}: {} with the name '{}' already exists ({}); please enter a different name.",
                                   schema.name_member, with_article(schema.type), name, other.id));
  }
}

void DocumentStore::check_unique(const Schema& schema, Draft& draft) {
  for (const model::Field& field : schema.fields) {
    const std::string text = field.is_unique ? text_of(draft.after, field.name) : "";
    if (text.empty() || (draft.before && text_of(*draft.before, field.name) == text)) continue;
    storage::ResourceFilter same;
    same.type = schema.type;
    same.space = draft.space;
    for (const StoredResource& other : storage::list_resources(txn_, same, storage::everything).items) {
      if (other.id == draft.id || !equals_ignoring_case(text_of(parse_document(other), field.name), text)) continue;
      draft.problems.add(fmt::format("{}: '{}' is that of {} '{}' ({}) already; no two may share one.", field.name,
                                     text, schema.type, other.name, other.id));
      break;
    }
  }
}

void DocumentStore::complete_slug(const Schema& schema, Draft& draft) {
  const std::string parent = text_of(draft.after, schema.parent);
  std::string given = text_of(draft.after, "Slug");
  if (given.empty() && draft.before) given = text_of(*draft.before, "Slug");
  const std::string wanted = make_slug(given.empty() ? text_of(draft.after, schema.name_member) : given);
  const std::string free = storage::free_slug(txn_, schema.type, draft.space, parent, wanted, draft.id);
  if (!given.empty() && free != wanted) {
    draft.problems.add(fmt::format("Slug: '{}' is taken; choose another one, or leave it out.", wanted));
  }
  draft.after["Slug"] = free;
}

StoredResource DocumentStore::save(const Schema& schema, Draft& draft) {
  StoredResource row = row_of(schema, draft.id, draft.space, draft.after);
  if (draft.stored && draft.stored->body == row.body) return *draft.stored;
  if (draft.stored) {
    row.revision = draft.stored->revision;
    storage::update_resource(txn_, row);
    ++row.revision;
  } else {
    storage::insert_resource(txn_, row);
  }
  storage::set_references(txn_, row.id, draft.found.references);
  if (draft.before && !schema.is_versioned) {
    // Nothing freezes these documents, so a secret that was replaced is of no use any more.
    const auto kept = model::secrets_in(draft.after);
    for (const std::string& secret : model::secrets_in(*draft.before)) {
      if (std::find(kept.begin(), kept.end(), secret) == kept.end()) context_.vault.erase(txn_, secret);
    }
  }
  keep_version(schema, row);
  audit(schema, draft.stored ? EventCategory::Modified : EventCategory::Created, row, draft.before_or_null(),
        &draft.after, draft.found.warnings);
  return row;
}

void DocumentStore::keep_version(const Schema& schema, const StoredResource& row) {
  if (!schema.keeps_versions) return;
  const auto version = json::integer_at(parse_document(row), "Version").value_or(0);
  const std::string id = frozen_version_id(row.id, version), hash = storage::put_content(txn_, row.body);
  storage::name_snapshot(txn_, {id, schema.type, row.id, hash});
}

void DocumentStore::apply(const model::Changes& changes) {
  for (const auto& fresh : changes.create) {
    const Schema& schema = context_.catalogue.get(fresh.type);
    const std::string space = schema.scope == model::Scope::space ? text_of(fresh.document, "SpaceId") : "";
    create(schema, space, fresh.document, Sender::server, fresh.secrets_of);
  }
  for (const json::object& change : changes.update) {
    const auto row = storage::find_resource(txn_, text_of(change, "Id"));
    if (row) update(context_.catalogue.get(row->type), *row, overlay(parse_document(*row), change), Sender::server);
  }
}

void DocumentStore::audit(const Schema& schema, EventCategory category, const StoredResource& row,
                          const json::object* before, const json::object* after,
                          const std::vector<std::string>& warnings) {
  const json::object changed = model::difference(before, after);
  std::string details = json::to_text(changed);
  if (details.size() > kLargestAuditDetail) {
    json::array paths;
    for (const auto& member : changed) paths.emplace_back(member.key());
    details = json::to_text(json::object{{"Changed", std::move(paths)}});
    if (details.size() > kLargestAuditDetail) details.clear();
  }
  AuditSubject subject{row.id};
  for (const std::string& id : {row.parent, row.id}) place(subject, dimension_of(context_.catalogue, id), id);
  std::string message =
      fmt::format("{} {} was {}.", schema.type, row.name.empty() ? row.id : fmt::format("'{}' ({})", row.name, row.id),
                  to_lower_ascii(to_string(category)));
  for (std::size_t i = 0; i < warnings.size() && i < kMostWarnings; ++i) message += " " + warnings[i];
  if (warnings.size() > kMostWarnings) message += fmt::format(" And {} more.", warnings.size() - kMostWarnings);
  WriteContext of_row = context_;
  of_row.space = row.space;
  documents::audit(txn_, of_row, category, std::move(message), std::move(subject), std::move(details));
}

}  // namespace slipway::documents
