#include "model/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/describe.h"
#include "base/name.h"
#include "base/nearest.h"
#include "base/secret_limit.h"
#include "base/text.h"
#include "base/time.h"
#include "model/ids.h"
#include "model/references.h"
#include "model/telling_names.h"
#include "model/values.h"

namespace slipway::model {
namespace {

using json::array;
using json::object;
using json::value;

constexpr std::size_t kMaxItems = 10'000;
/// Names of fewer letters are too near to one another.
constexpr std::size_t kShortestMisspelt = 4;

/// Members that are no client's to set, in lower case: the server's own, and what it adds when it shows a document.
std::unordered_set<std::string> reserved_members(const Schema& schema) {
  std::unordered_set<std::string> names{"id", "links", "lastmodifiedon", "lastmodifiedby"};
  if (schema.scope == Scope::space) names.insert("spaceid");
  if (schema.is_versioned) names.insert("version");
  return names;
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [&](auto n) { return equals_ignoring_case(n, name); });
}

bool belongs_to_sensitive_value(std::string_view name) {
  return is_one_of(name, {"HasValue", "NewValue", "Hint", kSecretMember});
}

/// An object that clients mean as a sensitive value: it has a NewValue, whatever else, or nothing but its members.
bool is_sensitive_value(const value& v) {
  const object* members = v.if_object();
  if (members == nullptr) return false;
  if (json::find(*members, "NewValue") != nullptr || json::find(*members, kSecretMember) != nullptr) return true;
  return json::find(*members, "HasValue") != nullptr &&
         std::all_of(members->begin(), members->end(),
                     [](const auto& member) { return belongs_to_sensitive_value(member.key()); });
}

std::string child(std::string_view path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

std::string_view id_of(const value& item) {
  const object* members = item.if_object();
  return members == nullptr ? std::string_view() : json::text_at(*members, "Id").value_or("");
}

/// Items of a stored list by their ids.
class Stored {
 public:
  explicit Stored(const value* list) {
    if (list == nullptr || !list->is_array()) return;
    for (const value& item : list->get_array()) {
      if (const auto id = id_of(item); !id.empty()) items_.emplace(id, &item);
    }
  }
  const value* find(std::string_view id) const {
    const auto it = items_.find(id);
    return it == items_.end() ? nullptr : it->second;
  }

 private:
  std::unordered_map<std::string_view, const value*> items_;
};

class Merger {
 public:
  Merger(const Schema& schema, const Identity& identity, Sender sender, const MergeTools& tools, Problems& problems)
      : reserved_(reserved_members(schema)), id_(identity.id), sender_(sender), tools_(tools), problems_(problems) {}

  object merge_members(const std::vector<const Field*>& fields, const object* stored, const object& incoming,
                       std::string_view path) {
    object out;
    for (const Field* field : fields) {
      const value* old = stored == nullptr ? nullptr : json::find(*stored, field->name);
      value merged = merge_member(*field, old, incoming, path);
      if (!(field->is_omitted_when_null && merged.is_null())) out.emplace(field->name, std::move(merged));
    }
    add_unmodelled(out, fields, stored, incoming, path);
    return out;
  }

 private:
  value merge_member(const Field& field, const value* old, const object& incoming, std::string_view path) {
    if (field.is_server_set && sender_ == Sender::client) return old != nullptr ? *old : fallback_of(field, path);
    const value* in = json::find(incoming, field.name);
    if (in != nullptr && old != nullptr && field.keeps_when_absent && field.is_required && is_blank(*in)) return *old;
    if (in == nullptr) {
      const bool keeps = field.keeps_when_absent || field.is_fixed || field.kind == FieldKind::secret;
      if (old != nullptr && keeps) return *old;
    }
    if (in != nullptr && in->is_null() && field.keeps_when_null && old != nullptr) return *old;
    const std::string here = child(path, field.name);
    if (in == nullptr || in->is_null()) {
      if (field.kind == FieldKind::variable_value && declares_secret(incoming)) {
        return keep_hidden(old, incoming, here);
      }
      if (field.is_required) problems_.add(fmt::format("{} is required: please give it a value.", here));
      return fallback_of(field, path);
    }
    const std::size_t known_problems = problems_.list().size();
    value merged = read(field, old, *in, incoming, here);
    // What could not be read is blank now, but not because it was left out.
    if (field.is_required && is_blank(merged) && problems_.list().size() == known_problems) {
      problems_.add(fmt::format("{} is required: please give it a value.", here));
    }
    if (field.is_fixed && old != nullptr && !is_blank(*old) && merged != *old) {
      problems_.add(fmt::format("{} can't be changed once the document exists; it is '{}'.", here, brief(*old)));
      return *old;
    }
    return merged;
  }

  value read(const Field& field, const value* old, const value& in, const object& siblings, std::string_view path) {
    switch (field.kind) {
      case FieldKind::text:
        return read_text(field, in, path);
      case FieldKind::integer:
        return read_integer(in, path);
      case FieldKind::flag:
        return read_flag(in, path);
      case FieldKind::choice:
        return read_choice(field, in, path);
      case FieldKind::time:
        return read_time(in, path);
      case FieldKind::reference:
        return read_reference(field, in, path);
      case FieldKind::references:
        return with_canonical_ids(read_texts(field.max_length, in, path));
      case FieldKind::texts:
        return read_texts(field.max_length, in, path);
      case FieldKind::tags:
        return without_equal_ones(read_texts(field.max_length, in, path));
      case FieldKind::reference_map:
        return with_canonical_ids(read_text_lists(in, path));
      case FieldKind::scope:
        return read_scope(field, old, in, path);
      case FieldKind::object:
        return read_object(field, old, in, path);
      case FieldKind::objects:
        return read_objects(field, old, in, path);
      case FieldKind::text_map:
        if (field.name == "DisplaySettings") check_display_settings(in, path);
        return read_text_map(in, path);
      case FieldKind::properties:
        return read_properties(old, in, path);
      case FieldKind::secret:
        return read_secret(old, in, path);
      case FieldKind::text_or_secret:
        if (in.is_string() && in.get_string().empty()) return in;
        return is_sensitive_value(in) || asks_for_secret(siblings) ? read_secret(old, in, path)
                                                                   : read_text(field, in, path);
      case FieldKind::variable_value:
        return read_variable_value(field, old, in, siblings, path);
      case FieldKind::json:
        return read_anything(old, in, path, {field.name});
    }
    return nullptr;
  }

  value fallback_of(const Field& field, std::string_view path) {
    if (field.kind == FieldKind::secret) return no_secret();
    if (field.kind == FieldKind::object && !field.is_nullable) return read_object(field, nullptr, field.fallback, path);
    return field.fallback;
  }

  value wrong(std::string_view path, std::string_view expected) {
    problems_.add(fmt::format("{} must be {}.", path, expected));
    return nullptr;
  }

  value read_text(const Field& field, const value& in, std::string_view path) {
    if (!in.is_string()) return wrong(path, "a text");
    const std::string_view text = json::view(in.get_string());
    if (text.find('\0') != std::string_view::npos) return wrong(path, "a text without the character U+0000");
    if (names_an_address(field.name) && has_credentials(text)) return refuse_credentials(path);
    if (text.size() > field.max_length) {
      return wrong(path, fmt::format("at most {} bytes long; it has {}", field.max_length, text.size()));
    }
    return field.is_name ? read_name(text, path) : in;
  }

  value read_name(std::string_view text, std::string_view path) {
    const std::string_view name = trim_name(text);
    if (has_control_characters(name)) return wrong(path, "a name without line ends and other control characters");
    return value(name);
  }

  value refuse_credentials(std::string_view path) {
    problems_.add(
        fmt::format("{} must not hold a user name, password or token, since it is shown to everyone; leave out what "
                    "stands before '@', and parameters such as 'token=', and send it where passwords belong.",
                    path));
    return nullptr;
  }

  value read_integer(const value& in, std::string_view path) {
    boost::json::error_code error;
    const auto number = in.to_number<std::int64_t>(error);
    return error ? wrong(path, "a whole number") : value(number);
  }

  value read_flag(const value& in, std::string_view path) {
    if (in.is_bool()) return in;
    if (in.is_string()) {
      if (equals_ignoring_case(json::view(in.get_string()), "true")) return true;
      if (equals_ignoring_case(json::view(in.get_string()), "false")) return false;
    }
    return wrong(path, "true or false");
  }

  value read_choice(const Field& field, const value& in, std::string_view path) {
    if (in.is_string()) {
      const std::string_view text = json::view(in.get_string());
      if (text.empty()) return field.fallback;
      for (const std::string& choice : field.choices) {
        if (equals_ignoring_case(choice, text)) return value(std::string_view(choice));
      }
    }
    return wrong(path, fmt::format("one of {}", fmt::join(field.choices, ", ")));
  }

  value read_time(const value& in, std::string_view path) {
    if (in.is_string() && parse_time(json::view(in.get_string()))) return in;
    return wrong(path, "a time such as 2024-05-01T02:03:04Z");
  }

  value read_reference(const Field& field, const value& in, std::string_view path) {
    if (!in.is_string()) return wrong(path, "the id of a document");
    if (in.get_string().empty()) return field.fallback;
    return canonical(in);
  }

  static value canonical(const value& id) { return value(canonical_id(json::view(id.get_string()))); }

  /// Of a list of ids, or of a map of such lists.
  static value with_canonical_ids(value ids) {
    if (array* items = ids.if_array()) {
      for (value& item : *items) item = canonical(item);
    }
    if (!ids.is_object()) return ids;
    object out;
    for (auto& member : ids.get_object()) {
      out.insert_or_assign(canonical_id(member.key()), with_canonical_ids(std::move(member.value())));
    }
    return out;
  }

  /// Tags compare ignoring case; the first spelling stays.
  static value without_equal_ones(value tags) {
    array* items = tags.if_array();
    if (items == nullptr) return tags;
    std::unordered_set<std::string> seen;
    array out;
    for (value& tag : *items) {
      if (seen.insert(fold_name(json::view(tag.get_string()))).second) out.push_back(std::move(tag));
    }
    return out;
  }

  value read_texts(std::size_t limit, const value& in, std::string_view path) {
    const array* items = in.if_array();
    if (items == nullptr) return wrong(path, "a list of texts");
    if (items->size() > limit) return wrong(path, fmt::format("a list of at most {} items", limit));
    for (const value& item : *items) {
      if (!item.is_string()) return wrong(path, "a list of texts");
    }
    return in;
  }

  /// The members of a map whose names are the client's; null (and a problem) when it is none.
  const object* map_in(const value& in, std::string_view path, std::string_view expected) {
    const object* members = in.if_object();
    if (members == nullptr) {
      wrong(path, expected);
    } else if (members->contains(kSecretMember)) {
      problems_.add(fmt::format("{} must not have a member named {}.", path, kSecretMember));
      return nullptr;
    }
    return members;
  }

  value read_text_lists(const value& in, std::string_view path) {
    const object* members = map_in(in, path, "an object of lists");
    if (members == nullptr) return nullptr;
    object out;
    for (const auto& member : *members) {
      value list =
          member.value().is_null() ? value(array()) : read_texts(kMaxItems, member.value(), child(path, member.key()));
      out.emplace(member.key(), std::move(list));
    }
    return out;
  }

  /// A scope in a dimension that nobody knows would never apply, so it is refused, unless it was stored already.
  value read_scope(const Field& field, const value* old, const value& in, std::string_view path) {
    const object* members = map_in(in, path, "an object of lists");
    if (members == nullptr) return nullptr;
    object out;
    for (const auto& member : *members) {
      const auto dimension = std::find_if(field.fields.begin(), field.fields.end(), [&](const Field& known) {
        return equals_ignoring_case(known.name, member.key());
      });
      if (dimension == field.fields.end()) {
        check_dimension(field, old, member.key(), path);
        out.emplace(member.key(), member.value());
        continue;
      }
      const std::string here = child(path, dimension->name);
      value list =
          member.value().is_null() ? value(array()) : read(*dimension, nullptr, member.value(), *members, here);
      out.insert_or_assign(dimension->name, std::move(list));
    }
    return out;
  }

  void check_dimension(const Field& field, const value* old, std::string_view name, std::string_view path) {
    if (old != nullptr && old->is_object() && old->get_object().contains(name)) return;
    std::vector<std::string_view> known;
    for (const Field& dimension : field.fields) known.push_back(dimension.name);
    problems_.add(fmt::format("{}.{} is nothing that a scope may name; it may name {}.{}", path, name,
                              fmt::join(known, ", "), did_you_mean(name, known)));
  }

  value read_object(const Field& field, const value* old, const value& in, std::string_view path) {
    const object* members = in.if_object();
    if (members == nullptr) return wrong(path, "an object");
    const object* stored = old == nullptr ? nullptr : old->if_object();
    if (stored != nullptr && !is_same_kind(field, *stored, *members)) stored = nullptr;
    if (!field.discriminator.empty()) check_kind(field, *members, path);
    return merge_members(field.fields_in(*members), stored, *members, path);
  }

  static std::string_view kind_of(const Field& field, const object& members) {
    const value* kind = json::find(members, field.discriminator);
    return kind == nullptr || !kind->is_string() ? std::string_view() : json::view(kind->get_string());
  }

  /// What is stored of another kind is none of this one's.
  static bool is_same_kind(const Field& field, const object& stored, const object& sent) {
    return field.discriminator.empty() || kind_of(field, stored) == kind_of(field, sent);
  }

  /// An unknown kind is kept as it is, but not a known one misspelt, of which nothing would be read.
  void check_kind(const Field& field, const object& members, std::string_view path) {
    if (sender_ == Sender::server) return;
    const std::string_view kind = kind_of(field, members);
    std::vector<std::string_view> known;
    for (const auto& [name, fields] : field.kinds) known.emplace_back(name);
    if (kind.empty() || std::ranges::find(known, kind) != known.end() || !nearest(kind, known)) return;
    problems_.add(
        fmt::format("{}: '{}' is no known kind.{}", child(path, field.discriminator), kind, did_you_mean(kind, known)));
  }

  value read_objects(const Field& field, const value* old, const value& in, std::string_view path) {
    const array* items = in.if_array();
    if (items == nullptr) return wrong(path, "a list of objects");
    if (items->size() > field.max_length)
      return wrong(path, fmt::format("a list of at most {} items", field.max_length));
    const auto fields = pointers(field.fields);
    const Stored stored(old);
    ItemIds ids(*this, field, old, *items);
    array out;
    out.reserve(items->size());
    for (std::size_t i = 0; i < items->size(); ++i) {
      const std::string here = fmt::format("{}[{}]", path, i);
      const object* members = (*items)[i].if_object();
      if (members == nullptr) return wrong(here, "an object");
      if (field.item_ids.empty()) {
        out.push_back(merge_members(fields, nullptr, *members, here));
        continue;
      }
      const std::string id = ids.of(*members, here);
      const value* before = stored.find(id);
      object item;
      item.emplace("Id", id);
      object merged = merge_members(fields, before == nullptr ? nullptr : before->if_object(), *members, here);
      for (auto& member : merged) {
        if (!equals_ignoring_case(member.key(), "Id")) item.emplace(member.key(), std::move(member.value()));
      }
      out.push_back(std::move(item));
    }
    return out;
  }

  /// How a value is asked for also says that it is a secret: what is nearly a known word would make plain text of one.
  void check_display_settings(const value& in, std::string_view path) {
    static constexpr std::array<std::string_view, 2> names = {"Octopus.ControlType", "Octopus.SelectOptions"};
    static constexpr std::array<std::string_view, 15> controls = {"SingleLineText",
                                                                  "MultiLineText",
                                                                  "Select",
                                                                  "Checkbox",
                                                                  "Sensitive",
                                                                  "StepName",
                                                                  "Certificate",
                                                                  "WorkerPool",
                                                                  "AzureAccount",
                                                                  "GoogleCloudAccount",
                                                                  "Package",
                                                                  "TargetTags",
                                                                  "GenericOidcAccount",
                                                                  "AmazonWebServicesAccount",
                                                                  "UsernamePasswordAccount"};
    const object* settings = in.if_object();
    if (settings == nullptr || sender_ == Sender::server) return;
    for (const auto& setting : *settings) {
      check_nearly(setting.key(), names, fmt::format("{} is no setting", child(path, setting.key())));
      if (!equals_ignoring_case(setting.key(), names[0]) || !setting.value().is_string()) continue;
      const std::string_view control = trim(json::view(setting.value().get_string()));
      check_nearly(control, controls, fmt::format("{}: '{}' is no control", child(path, setting.key()), control));
    }
  }

  template <class Names>
  void check_nearly(std::string_view given, const Names& known, const std::string& problem) {
    const auto meant = nearest(given, known);
    if (meant && !equals_ignoring_case(*meant, given))
      problems_.add(fmt::format("{}.{}", problem, did_you_mean(given, known)));
  }

  value read_text_map(const value& in, std::string_view path) {
    const object* members = map_in(in, path, "an object of texts");
    if (members == nullptr) return nullptr;
    object out;
    for (const auto& member : *members) {
      if (member.value().is_null()) continue;
      out.emplace(member.key(), as_text(member.value(), child(path, member.key())));
    }
    return out;
  }

  value read_properties(const value* old, const value& in, std::string_view path) {
    const object* members = map_in(in, path, "an object of texts and sensitive values");
    if (members == nullptr) return nullptr;
    const object* before = old == nullptr ? nullptr : old->if_object();
    object out;
    for (const auto& member : *members) {
      if (member.value().is_null()) continue;  // clients take a null for an empty sensitive value
      const std::string here = child(path, member.key());
      if (is_sensitive_value(member.value())) {
        out.emplace(member.key(),
                    read_secret(before == nullptr ? nullptr : before->if_contains(member.key()), member.value(), here));
      } else {
        value text = as_text(member.value(), here);
        const bool is_address = text.is_string() && names_an_address(member.key());
        if (is_address && has_credentials(json::view(text.get_string()))) text = refuse_credentials(here);
        out.emplace(member.key(), std::move(text));
      }
    }
    return out;
  }

  value as_text(const value& in, std::string_view path) {
    switch (in.kind()) {
      case json::kind::string:
        return in;
      case json::kind::bool_:
        return in.get_bool() ? "True" : "False";
      case json::kind::int64:
      case json::kind::uint64:
      case json::kind::double_:
        return value(json::to_text(in));
      default:
        return wrong(path, "a text");
    }
  }

  /// As docs/api.md says: a NewValue is stored, none keeps what HasValue says is there, else nothing remains.
  value read_secret(const value* old, const value& in, std::string_view path) {
    if (in.is_string()) return in.get_string().empty() ? keep_if_any(old) : put(in.get_string(), path);
    const object* members = in.if_object();
    if (members == nullptr) return wrong(path, "a sensitive value such as {\"HasValue\":true,\"NewValue\":\"…\"}");
    if (sender_ == Sender::server && secret_of(in)) return in;
    for (const auto& member : *members) {
      if (belongs_to_sensitive_value(member.key())) continue;
      problems_.add(fmt::format("{}.{} is no part of a sensitive value, which has HasValue and NewValue; leave it out.",
                                path, member.key()));
      return no_secret();
    }
    const value* fresh = json::find(*members, "NewValue");
    if (fresh != nullptr && !fresh->is_null()) {
      if (!fresh->is_string()) return wrong(child(path, "NewValue"), "a text");
      return fresh->get_string().empty() ? no_secret() : put(fresh->get_string(), path);
    }
    const value* has_value = json::find(*members, "HasValue");
    if (has_value == nullptr || has_value->is_null()) return no_secret();
    const value keeps = read_flag(*has_value, child(path, "HasValue"));
    return keeps.is_bool() && keeps.get_bool() ? keep(old, path) : no_secret();
  }

  static value keep_if_any(const value* old) {
    return old != nullptr && secret_of(*old) ? stored_secret(*secret_of(*old)) : no_secret();
  }
  /// What the sender takes for stored must be: else the secret would be lost, and nobody told.
  value keep(const value* old, std::string_view path) {
    if (sender_ == Sender::client && (old == nullptr || !secret_of(*old))) {
      problems_.add(fmt::format(
          "{} has no stored value that could be kept: send one in NewValue, or HasValue false for none. Of something "
          "that is stored already, was the Id left out or changed?",
          path));
    }
    return keep_if_any(old);
  }
  value put(const boost::json::string& text, std::string_view path) {
    if (text.size() > kLongestSecret) {
      return wrong(path, fmt::format("a sensitive value of up to {} KiB", kLongestSecret / 1024));
    }
    return stored_secret(tools_.put_secret(Secret(std::string(json::view(text)))));
  }

  /// A sensitive variable that never had a value may stay so, and one with a prompt may wait for its answers.
  value keep_hidden(const value* old, const object& variable, std::string_view path) {
    if (old != nullptr && secret_of(*old)) return stored_hidden_secret(*secret_of(*old));
    const bool had_none = old != nullptr && old->is_null();
    const value* prompt = json::find(variable, "Prompt");
    if (sender_ == Sender::client && !had_none && (prompt == nullptr || prompt->is_null())) {
      problems_.add(fmt::format(
          "{} of the sensitive variable '{}' is blank, and there is no stored value that could be kept: send one. If "
          "the variable is stored already, send it with its Id.",
          path, json::text_at(variable, "Name").value_or("")));
    }
    return nullptr;
  }

  /// A sensitive variable comes back to clients as null, and they send null or "" for "unchanged".
  value read_variable_value(const Field& field, const value* old, const value& in, const object& siblings,
                            std::string_view path) {
    if (sender_ == Sender::server && secret_of(in)) return in;
    if (!declares_secret(siblings)) {
      value text = read_text(field, in, path);
      return names_a_document(siblings) && text.is_string() ? canonical(text) : text;
    }
    if (in.is_string() && in.get_string().empty()) return keep_hidden(old, siblings, path);
    const std::string name(json::text_at(siblings, "Name").value_or(""));
    const std::string named_path = name.empty() ? std::string(path) : fmt::format("{} of '{}'", path, name);
    const auto secret = secret_of(read_secret(old, in, named_path));
    return secret ? stored_hidden_secret(*secret) : value(nullptr);
  }

  /// The name under which a value stands, and whether an object around it is named like a secret.
  struct Naming {
    std::string_view name;
    bool is_in_secret = false;

    bool tells_a_secret() const { return names_a_secret(name) || (is_in_secret && !names_a_label(name)); }
  };

  /// Kept as it is, but for the secrets inside.
  value read_anything(const value* old, const value& in, std::string_view path, const Naming& naming) {
    if (is_sensitive_value(in)) return read_secret(old, in, path);
    if (in.is_string() && !in.get_string().empty()) {
      const std::string_view text = json::view(in.get_string());
      if (naming.tells_a_secret()) return read_secret(old, in, path);
      const bool is_leaking = names_an_address(naming.name) ? has_credentials(text) : is_address_with_credentials(text);
      if (is_leaking) return refuse_credentials(path);
    }
    if (const object* members = in.if_object()) {
      const object* before = old == nullptr ? nullptr : old->if_object();
      const bool is_in_secret = naming.is_in_secret || names_a_secret(naming.name);
      object out;
      for (const auto& member : *members) {
        // Only the server names secrets: a client's would be someone else's.
        if (member.key() == kSecretMember && sender_ == Sender::client) continue;
        out.emplace(member.key(),
                    read_anything(before == nullptr ? nullptr : before->if_contains(member.key()), member.value(),
                                  child(path, member.key()), {member.key(), is_in_secret}));
      }
      return out;
    }
    if (const array* items = in.if_array()) {
      const array* before = old == nullptr ? nullptr : old->if_array();
      const Stored stored(old);
      array out;
      for (std::size_t i = 0; i < items->size(); ++i) {
        const std::string_view id = id_of((*items)[i]);
        const value* same = !id.empty()                               ? stored.find(id)
                            : before != nullptr && i < before->size() ? &(*before)[i]
                                                                      : nullptr;
        out.push_back(read_anything(same, (*items)[i], fmt::format("{}[{}]", path, i), naming));
      }
      return out;
    }
    return in;
  }

  /// Unmodelled members: what was stored stays unless sent anew or removed by null; what is new is added.
  void add_unmodelled(object& out, const std::vector<const Field*>& fields, const object* stored,
                      const object& incoming, std::string_view path) {
    std::unordered_map<std::string, const value*> sent;  // by lower-case name
    for (const auto& member : incoming) sent.insert_or_assign(to_lower_ascii(member.key()), &member.value());
    std::unordered_set<std::string> done{std::string(kSecretMember)};
    for (const Field* field : fields) done.insert(to_lower_ascii(field->name));
    if (path.empty()) done.insert(reserved_.begin(), reserved_.end());
    const auto add = [&](std::string_view name, const value* old) {
      const std::string key = to_lower_ascii(name);
      if (!done.insert(key).second) return;
      const auto in = sent.find(key);
      if (in == sent.end()) {
        out.emplace(name, *old);
      } else if (!in->second->is_null()) {
        if (old == nullptr) check_not_misspelt(name, fields, path);
        out.emplace(name, read_anything(old, *in->second, child(path, name), {name}));
      }
    };
    if (stored != nullptr) {
      for (const auto& member : *stored) add(member.key(), &member.value());
    }
    for (const auto& member : incoming) add(member.key(), nullptr);
  }

  /// Members that no schema knows are kept for the clients that send them, but none has a name one slip away from a
  /// known one: that is the known one, misspelt, and would change nothing.
  void check_not_misspelt(std::string_view name, const std::vector<const Field*>& fields, std::string_view path) {
    if (sender_ == Sender::server || name.size() < kShortestMisspelt) return;
    for (const Field* field : fields) {
      if (field->name.size() < kShortestMisspelt || letters_apart(name, field->name, 1) > 1) continue;
      problems_.add(fmt::format("{} is no known member. Did you mean {}?", child(path, name), field->name));
      return;
    }
  }

  /// Gives items of a list their ids: the one sent, else a new one.
  class ItemIds {
   public:
    ItemIds(Merger& merger, const Field& field, const value* old, const array& incoming)
        : merger_(merger), field_(field), numbered_(field.item_ids != "uuid"), old_(old) {
      if (!numbered_) return;
      if (old != nullptr && old->is_array()) note_numbers(old->get_array());
      note_numbers(incoming);
    }

    std::string of(const object& item, std::string_view path) {
      std::string id(json::text_at(item, "Id").value_or(""));
      if (id.empty() && numbered_) id = id_of_same_name(item);
      if (id.empty()) id = numbered_ ? fmt::format("{}{}", prefix(), ++last_) : merger_.tools_.new_uuid();
      if (!used_.insert(id).second) {
        merger_.problems_.add(
            fmt::format("{}.Id '{}' stands twice in the list; leave it out for a new item.", path, id));
      }
      return id;
    }

   private:
    std::string prefix() const { return fmt::format("{}/{}-", merger_.id_, field_.item_ids); }

    void note_numbers(const array& items) {
      const std::string start = prefix();
      for (const value& item : items) {
        const std::string_view id = id_of(item);
        if (!id.starts_with(start)) continue;
        std::int64_t number = 0;
        std::from_chars(id.data() + start.size(), id.data() + id.size(), number);
        last_ = std::max(last_, std::min(number, std::int64_t{1} << 40));
      }
    }

    std::string id_of_same_name(const object& item) const {
      const auto name = json::text_at(item, "Name");
      if (!name || old_ == nullptr || !old_->is_array()) return {};
      for (const value& before : old_->get_array()) {
        const object* members = before.if_object();
        if (members != nullptr && fold_name(json::text_at(*members, "Name").value_or("")) == fold_name(*name)) {
          return std::string(id_of(before));
        }
      }
      return {};
    }

    Merger& merger_;
    const Field& field_;
    bool numbered_;
    const value* old_;
    std::int64_t last_ = 0;
    std::unordered_set<std::string> used_;
  };

  static std::vector<const Field*> pointers(const std::vector<Field>& fields) {
    std::vector<const Field*> all;
    for (const Field& field : fields) all.push_back(&field);
    return all;
  }

  static bool is_blank(const value& v) {
    if (v.is_string()) return trim(json::view(v.get_string())).empty();
    return v.is_null() || v == no_secret() || (v.is_array() && v.get_array().empty());
  }

  static std::string brief(const value& v) {
    return v.is_string() ? std::string(json::view(v.get_string())) : json::to_text(v);
  }

  std::unordered_set<std::string> reserved_;
  std::string_view id_;
  Sender sender_;
  const MergeTools& tools_;
  Problems& problems_;
};

/// What the discriminator says, or means where it is left out.
std::string kind_in(const object& document, const Schema& schema) {
  const std::string_view given = json::text_at(document, schema.discriminator).value_or("");
  if (!given.empty()) return std::string(given);
  const Field* field = schema.find_field(schema.discriminator);
  return field == nullptr ? std::string() : text_of(field->fallback).value_or("");
}

}  // namespace

json::object merge(const Schema& schema, const Identity& identity, const json::object* stored,
                   const json::object& incoming, Sender sender, const MergeTools& tools, Problems& problems) {
  std::string kind;
  if (!schema.discriminator.empty()) {
    const json::object& source = stored != nullptr ? *stored : incoming;
    kind = kind_in(source, schema);
    if (!schema.kinds.contains(kind)) {
      std::vector<std::string_view> known;
      for (const auto& [name, fields] : schema.kinds) known.push_back(name);
      problems.add(fmt::format("{} must be one of {}.", schema.discriminator, fmt::join(known, ", ")));
      return {};
    }
  }
  json::object members =
      Merger(schema, identity, sender, tools, problems).merge_members(schema.fields_of(kind), stored, incoming, {});
  json::object document;
  document.emplace("Id", identity.id);
  if (schema.scope == Scope::space) document["SpaceId"] = identity.space;
  if (schema.is_versioned) document["Version"] = 0;
  for (auto& member : members) document.emplace(member.key(), std::move(member.value()));
  for (const Field& field : schema.fields) {
    if (!field.form.empty()) document[field.name] = fill(field.form, document);
  }
  return document;
}

std::string fill(std::string_view form, const json::object& document) {
  std::string out;
  while (!form.empty()) {
    const auto open = form.find('<');
    const auto close = form.find('>', open);
    if (open == std::string_view::npos || close == std::string_view::npos) break;
    out += form.substr(0, open);
    out += json::text_at(document, form.substr(open + 1, close - open - 1)).value_or("");
    form.remove_prefix(close + 1);
  }
  return out.append(form);
}

}  // namespace slipway::model
