// The pointers between documents, found by their schemas.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "model/schema.h"

namespace slipway::model {

/// A pointer from a document to another.
struct Edge {
  std::string field;   ///< path: "LifecycleId", "Phases.OptionalDeploymentTargets"; "….*" for items of a map
  std::string target;  ///< an id; a canonical tag name for FieldKind::tags
  const Field* declared = nullptr;  ///< owned by the schema
  bool is_map_item = false;
  std::vector<std::string> targets = {};  ///< types of documents that it may point to; none for tags
};

/// Does the type of this variable say that its value is the id of a document?
bool names_a_document(const json::object& variable);

/// Every pointer of the document, in order. Blank ones and those that hold an expression (#{…}) are none.
std::vector<Edge> edges_of(const Schema&, const json::object& document);

/// Removes every pointer to `target` from the fields that are unlinked when it is deleted.
void unlink(const Schema&, json::object& document, std::string_view target);

}  // namespace slipway::model
