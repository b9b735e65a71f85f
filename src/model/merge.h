// How what a client sends becomes what is stored. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "base/secret.h"
#include "model/schema.h"

namespace slipway::model {

/// What merging needs from outside.
struct MergeTools {
  std::function<std::string()> new_uuid;
  /// Stores a secret of this document and returns its id.
  std::function<std::string(const Secret&)> put_secret;
};

/// What a document is, whatever its sender says.
struct Identity {
  std::string id;
  std::string space;  ///< "" for documents of the system
};

/// Who sends a document: a client may neither set what only the server sets, nor name secrets by id.
enum class Sender { client, server };

/// `incoming` on top of `stored` (null for a new document). The result has every modelled member in declared order,
/// then the unmodelled ones. Keys match ignoring case, items of lists by `Id`. An absent modelled member takes its
/// fallback (or keeps the stored value where its field says so), an absent unmodelled one is kept, null removes. A
/// sensitive value without NewValue keeps the stored secret. `Version` is left to the caller. What is wrong goes to
/// `problems`.
json::object merge(const Schema&, const Identity&, const json::object* stored, const json::object& incoming, Sender,
                   const MergeTools&, Problems& problems);

/// `form` with each <Member> replaced by that text member of the document.
std::string fill(std::string_view form, const json::object& document);

}  // namespace slipway::model
