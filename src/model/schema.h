// What a resource is, declared as data.
//
// A schema names a resource's fields and rules. The mechanism (model/merge.h and model/references.h for documents,
// src/api for routes and storage) interprets it: routes, paging, filters, links, slugs, uniqueness, references,
// secrets, versions, permissions, audit entries and the OpenAPI document all follow from it. What no declaration can
// say is in its hook.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "model/lookup.h"

namespace slipway::model {

enum class FieldKind {
  text,            ///< a text; "" unless given, or null where nullable
  integer,         ///< a whole number
  flag,            ///< true or false
  choice,          ///< one of `choices`, spelled exactly so
  time,            ///< RFC 3339, or null
  reference,       ///< the id of a document of one of the types `targets`, or null
  references,      ///< a list of such ids
  reference_map,   ///< an object: id → list of ids (ProjectEnvironments), of types `targets` and `item_targets`
  texts,           ///< a list of texts
  scope,           ///< an object of lists: each member named by one of `fields`, which says what its texts are
  tags,            ///< a list of canonical tag names, "Set/Tag", that exist in the space
  object,          ///< an object with `fields`, and those that `kinds` has for what its `discriminator` says
  objects,         ///< a list of objects with `fields`, told apart by their `Id`
  text_map,        ///< an object of texts
  properties,      ///< an object whose values are texts or sensitive values (text or {HasValue, NewValue})
  secret,          ///< a sensitive value: {HasValue, NewValue}
  text_or_secret,  ///< a text or a sensitive value (a template's DefaultValue)
  variable_value,  ///< a text; a secret while its sibling `IsSensitive` is true; an id while `Type` is a kind of
                   ///< document
  json,            ///< anything, kept as it is; sensitive values inside it are still secrets
};

/// What becomes of a document that points at one being deleted.
enum class OnDelete { refuse, unlink, ignore };

/// One member of a document. Built by the functions below: `text("Name").required().at_most(50)`.
struct Field {
  std::string name;
  FieldKind kind = FieldKind::text;
  json::value fallback = nullptr;     ///< what an absent or null member becomes
  bool is_required = false;           ///< must be there and not blank
  bool is_nullable = false;           ///< null is a value of its own
  bool is_server_set = false;         ///< what clients send is ignored; hooks and `form` set it
  bool is_fixed = false;              ///< never changes once the document exists
  bool keeps_when_absent = false;     ///< an update without it keeps the stored value (else it takes the fallback)
  bool is_name = false;               ///< typed by people: blanks around it go, control characters are refused
  bool keeps_when_null = false;       ///< and an update in which it is null does, too
  bool is_unique = false;             ///< a text that no two documents of the type and space share; blank ones may
  bool is_warned = false;             ///< a reference that need not exist: an unknown one is stored with a warning
  bool is_omitted_when_null = false;  ///< not stored as null, since a client misreads the key's presence
  OnDelete on_delete = OnDelete::refuse;
  std::size_t max_length = 1u << 20;  ///< bytes of a text, items of a list
  std::string form;                   ///< server-set text made of the document, "variableset-<Id>"
  std::string item_ids;  ///< objects: "uuid", or "Tags" for ids like "TagSets-1/Tags-3"; "" = items have none
  std::vector<std::string> choices;
  std::vector<std::string> targets, item_targets;
  std::vector<Field> fields;
  std::string discriminator;                        ///< object: the one of `fields` that names its kind; "" = none
  std::map<std::string, std::vector<Field>> kinds;  ///< more fields, by kind; other kinds are kept as they are

  /// Of an object: the common fields, then those of the kind that `members` says it is.
  std::vector<const Field*> fields_in(const json::object& members) const;

  Field required() const {
    return with([](Field& f) { f.is_required = true; });
  }
  Field nullable() const {
    return with([](Field& f) { f.is_nullable = true, f.fallback = nullptr; });
  }
  Field server_set() const {
    return with([](Field& f) { f.is_server_set = true; });
  }
  Field fixed() const {
    return with([](Field& f) { f.is_fixed = true; });
  }
  Field keeps() const {
    return with([](Field& f) { f.keeps_when_absent = true; });
  }
  /// Left out or null, the stored value stays.
  Field keeps_unless_set() const {
    return keeps().with([](Field& f) { f.keeps_when_null = true; });
  }
  Field unique() const {
    return with([](Field& f) { f.is_unique = true; });
  }
  Field as_name() const {
    return with([](Field& f) { f.is_name = true; });
  }
  Field warned() const {
    return with([](Field& f) { f.is_warned = true; });
  }
  /// Names something that exists when it is written; the name stays when that goes.
  Field outlives_target() const {
    return with([](Field& f) { f.on_delete = OnDelete::ignore; });
  }
  Field omitted_when_null() const {
    return nullable().with([](Field& f) { f.is_omitted_when_null = true; });
  }
  Field unlinked_on_delete() const {
    return with([](Field& f) { f.on_delete = OnDelete::unlink; });
  }
  Field at_most(std::size_t n) const {
    return with([&](Field& f) { f.max_length = n; });
  }
  Field otherwise(json::value v) const {
    return with([&](Field& f) { f.fallback = std::move(v); });
  }
  Field made_of(std::string form_text) const {
    return server_set().with([&](Field& f) { f.form = std::move(form_text); });
  }
  Field numbered(std::string prefix) const {
    return with([&](Field& f) { f.item_ids = std::move(prefix); });
  }

 private:
  template <class Edit>
  Field with(Edit edit) const {
    Field copy = *this;
    edit(copy);
    return copy;
  }
};

Field text(std::string name);
Field integer(std::string name, std::int64_t otherwise = 0);
Field flag(std::string name, bool otherwise = false);
/// The first choice is what an absent member becomes.
Field choice(std::string name, std::vector<std::string> choices);
Field time(std::string name);
/// Null while unset.
Field reference(std::string name, std::vector<std::string> targets);
Field references(std::string name, std::vector<std::string> targets);
Field reference_map(std::string name, std::vector<std::string> keys, std::vector<std::string> items);
Field texts(std::string name);
Field object(std::string name, std::vector<Field> fields);
/// One whose members depend on a text in it: `fields` begins with that text.
Field object_of_kinds(std::string name, std::vector<Field> fields, std::map<std::string, std::vector<Field>> kinds);
/// Items get a UUID as `Id` unless they bring one.
Field objects(std::string name, std::vector<Field> fields);
/// Dimensions are fields of the kinds references, tags and texts.
Field scope(std::string name, std::vector<Field> dimensions);
Field tags(std::string name);
Field text_map(std::string name);
Field properties(std::string name = "Properties");
Field secret(std::string name);
Field text_or_secret(std::string name);
Field variable_value(std::string name);
Field anything(std::string name, json::value otherwise = nullptr);
/// The usual first three members of a named document.
Field name_field(std::size_t max_length = 200);
Field slug_field();
Field description_field();

enum class Scope { system, space };
enum class Order { by_name, by_sort_order };

/// A link beside `Self`. The target is a URI template in which <self>, <space>, <id> and <parent> are filled in.
struct Link {
  std::string name;
  std::string target;
  std::string kind = {};  ///< only for documents of this kind (discriminator); "" = all
};

/// A second address below an owner: "projects/{Projects-1}/channels". `field` holds the owner's id.
struct Nesting {
  enum class Shape {
    collection,  ///< the whole set of routes
    single,      ///< the one document of that owner: GET and PUT
    value,       ///< the same, and POST does what PUT does
    list,        ///< a paged list
    bare_list,   ///< a bare array
  };
  std::string owner;  ///< type
  std::string field;
  std::string segment;
  Shape shape = Shape::collection;
};

/// Some members of a document under an address and names of their own: "projects/{id}/deploymentsettings".
struct View {
  std::string segment;
  std::string type;
  std::string id_prefix;                                     ///< id = prefix + "-" + id of the document
  std::string owner_field;                                   ///< member that shows the document's id
  std::vector<std::pair<std::string, std::string>> members;  ///< (name in the view, name in the document)
};

/// A document computed for each read, at "<self>/<segment>".
struct Derived {
  std::string segment;
  std::string summary;
  std::function<json::value(const json::object& document, const Lookup&)> make;
};

/// What can be done to a document beside changing it, by POST to "<self>/<segment>". `apply` says which members change
/// to what; they are stored as if the server had sent them.
struct Operation {
  struct Asked {
    const json::object& document;  ///< as stored
    json::object body;             ///< the members that `body` declares
    std::string now;               ///< RFC 3339
  };
  std::string segment;
  std::string summary;
  std::vector<Field> body = {};
  std::function<json::object(Asked, Problems&)> apply;
};

/// The texts that the documents of a space have in one member, each once and in order, at an address of their own:
/// "machineroles/all".
struct ValueList {
  std::string path;
  std::string member;
  std::string summary;
  std::string link;  ///< what roots call their link to it
};

/// A flag that is shown, not stored: whether the time that stands in another member has passed.
struct Passed {
  std::string name;
  std::string time;
};

/// A query parameter of lists: documents whose `field` references one of the values, or holds one where it is no
/// reference.
struct Filter {
  std::string parameter;
  /// Of the document; "TenantId.ProjectEnvironments": of the document that its member refers to;
  /// "Endpoint.CommunicationStyle": in the object that stands there.
  std::string field;
  /// A flag of the query that says whether documents count in which the field is null; "" where they never do. Left
  /// out, they count where the parameter is left out, too.
  std::string null_flag = {};
  /// The parameter is itself a flag: true asks for documents in which the field is set, else those count in which it is
  /// null. Whoever names ids gets either.
  bool asks_if_set = false;
};

struct Permissions {
  std::string view, create, edit, remove;
};

/// "EnvironmentView", "EnvironmentCreate", "EnvironmentEdit", "EnvironmentDelete".
Permissions permissions_of(std::string_view subject);

/// What clients may do with a resource; all but what is switched off.
struct Verbs {
  bool list = true, create = true, update = true, remove = true;
};

/// One edit, as a hook sees it. `before` is null for a new document, `after` for a deleted one. A hook may complete
/// `after`; its ids are already given.
struct Edit {
  const json::object* before = nullptr;
  json::object* after = nullptr;
  std::string_view user = {};  ///< id of who edits, "" for the server itself
  /// A fresh id for a document that the changes create, so that others of them can point at it. By id prefix.
  std::function<std::string(std::string_view id_prefix)> new_id = {};

  bool is_creation() const { return before == nullptr; }
  bool is_deletion() const { return after == nullptr; }
};

/// What an edit entails for other documents, done in the same transaction, each through its own schema and hook.
struct Changes {
  struct NewDocument {
    std::string type = {};
    json::object document = {};
    std::string secrets_of = {};  ///< the document whose secrets stand in it; they are copied
  };
  std::vector<NewDocument> create = {};
  std::vector<json::object> update = {};  ///< `Id` and the members that change
  std::vector<std::string> erase = {};    ///< ids of documents
};

/// A document that some version of a schema wrote, as the next version would have it: names, nesting and meaning.
/// Members that were merely added need none, they take their fallback. Pure, and never changed once released.
using Upgrade = std::function<json::object(json::object)>;

/// What a client sent, completed before it is merged by what other documents declare of it. Pure.
using Prepare = std::function<json::object(json::object incoming, const Lookup&)>;

/// Members that only the server sets, read from what a client sent while its secrets can still be seen: what a
/// certificate says of itself. Empty where nothing was sent that they follow from. Pure.
using ReadSent = std::function<json::object(const json::object& sent, Problems&)>;

/// Pure. Problems that a client can mend go to the last argument, each naming a field and its fix.
using Hook = std::function<Changes(const Edit&, const Lookup&, Problems&)>;

/// What tasks, deployments and audit entries are told apart by, besides their own ids.
enum class Dimension { none, space, project, environment, tenant };

struct Schema {
  std::string type = {};        ///< "Environment"
  std::string collection = {};  ///< route segment, "environments"
  std::string id_prefix = {};   ///< "Environments" for ids like Environments-1
  std::string id_form = {};     ///< instead: an id made of the document, "deploymentprocess-<ProjectId>"
  Scope scope = Scope::space;
  Dimension dimension = Dimension::none;  ///< whether histories name documents of this type
  std::string parent = {};                ///< field that holds the owner's id; documents go when their owner goes
  std::string discriminator = {};         ///< field that names the document's kind, "AccountType"
  std::vector<Field> fields = {};
  std::map<std::string, std::vector<Field>> kinds = {};  ///< more fields, by kind; other kinds are refused
  std::vector<Upgrade> upgrades = {};                    ///< from each version to the next, the first from version 1
  Order order = Order::by_name;
  std::vector<json::object> built_in = {};  ///< what every server has, with ids: a start makes those that are missing
  bool is_versioned = false;                ///< has `Version`, which a change counts up and a stale writer fails on
  std::string name_member = "Name";         ///< unique within the owner or space; "" = has no name
  bool keeps_versions = false;              ///< each `Version` stays readable, at "<self>/versions/{version}"
  std::string own_flag = {};                ///< shown as true in the caller's own document, "IsRequestor"
  Verbs verbs = {};
  std::vector<Nesting> nestings = {};
  std::vector<View> views = {};
  std::vector<Derived> derived = {};
  std::vector<Operation> operations = {};
  std::vector<ValueList> value_lists = {};
  std::vector<Passed> passed = {};
  /// How a stored document is shown where its members alone don't say it (ScopeValues of a variable set). Pure.
  std::function<json::object(json::object stored, const Lookup&)> present = {};
  std::vector<Filter> filters = {};
  std::vector<std::string> list_aliases = {};  ///< newer addresses of its list, "environments/v2"
  std::vector<Link> links = {};
  std::string list_template = "{?skip,take,ids,partialName}";  ///< query part of the collection's link
  std::string link_name = {};  ///< key of the collection in the root document, "Environments"; "" = none
  Permissions permissions = {};
  std::string clone_source = {};  ///< member that records what a document was cloned from; "" = can't be cloned
  Prepare prepare = {};
  ReadSent read_sent = {};
  Hook hook = {};
  std::string no_effect = {};  ///< what does not follow from these documents yet, a sentence; "" = they have an effect

  std::int64_t version() const { return 1 + static_cast<std::int64_t>(upgrades.size()); }
  /// Fields of a document of that kind: the common ones, then the kind's own.
  std::vector<const Field*> fields_of(std::string_view kind) const;
  /// Common field or field of any kind; null when there is none.
  const Field* find_field(std::string_view field_name) const;
};

}  // namespace slipway::model
