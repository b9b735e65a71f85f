// What the routes of releases, deployments, tasks and events have in common.
#pragma once

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/call.h"
#include "api/http/idempotency.h"
#include "api/http/paging.h"
#include "api/http/route.h"
#include "commands/context.h"
#include "model/lookup.h"
#include "model/require.h"
#include "storage/database.h"
#include "storage/releases.h"
#include "storage/tasks.h"

namespace slipway::api {

commands::CommandContext command_context(Call&);

/// Executions requests may name their space in the body (id, name or slug) when the address names none.
void use_space_of_body(Call&, storage::Reader&);
/// How such a body looks: `shape` and the space's members.
json::object with_space(json::object shape);

/// Runs `change` in one write, and answers with what it returns; honours Idempotency-Key (JEN-6). `name` is for traces.
net::Response answer_once(Call&, std::string_view name,
                          const std::function<net::Response(storage::Txn&, commands::CommandContext&)>& change);

/// The document that a path names by id, slug or name; throws Error{not_found}.
template <class T>
T addressed(const model::Lookup& lookup, std::string_view scope, const std::string& name) {
  auto found = model::find_named<T>(lookup, scope, name);
  if (!found) model::fail_unknown("resource", name);
  return std::move(*found);
}
/// The release of the call's space that a path names by id; throws Error{not_found}.
storage::ReleaseRecord addressed_release(const Call&, storage::Reader&, const std::string& id);

/// A page of records, each turned into its document.
template <class T, class Document>
net::Response page_of(const Call& call, std::string_view item_type, const storage::Page<T>& page,
                      const storage::Slice& slice, Document document) {
  std::vector<std::string> items;
  for (const T& record : page.items) items.push_back(json::to_text(document(record)));
  return page_response(call, item_type, items, page.total, slice);
}

/// The part of a list in memory that a page shows.
template <class T>
storage::Page<T> part_of(std::vector<T> all, const storage::Slice& slice) {
  const auto size = static_cast<std::int64_t>(all.size());
  const std::int64_t first = std::min(slice.skip, size);
  const std::int64_t last = first + std::min(slice.take, size - first);
  return {{std::make_move_iterator(all.begin() + first), std::make_move_iterator(all.begin() + last)}, size};
}

/// The ids that a list parameter of the query names, as they are stored.
std::vector<std::string> ids_in(const Call&, std::string_view parameter);
/// Those of `ids`, which restrict only when there are some (`ids=` counts as not supplied).
std::optional<std::vector<std::string>> ids_of(const Call&);
/// For lists of the system: the space in the address if the query asks for no others, else those that the query names;
/// none for all.
std::vector<std::string> wanted_spaces(const Call&);
/// What the query says of a flag; anything but true and false restricts nothing.
std::optional<bool> flag_of(const Call&, std::string_view parameter);
/// The states of tasks that a list parameter names. Throws Error{invalid} for a word that names none.
std::vector<storage::TaskState> states_in(const Call&, std::string_view parameter);

}  // namespace slipway::api
