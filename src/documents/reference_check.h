// What a document points at must exist, and is recorded so that it can't be deleted under it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "model/merge.h"
#include "model/schema.h"
#include "storage/database.h"
#include "storage/resources.h"

namespace slipway::documents {

/// A document as it is about to be stored.
struct Checked {
  const json::object* before;  ///< null for a new document
  const json::object& after;
  model::Sender sender;
  std::set<std::string> to_come = {};  ///< ids of documents that its hook is going to create
};

struct FoundReferences {
  std::vector<storage::Reference> references;
  std::vector<std::string> warnings;  ///< sentences about pointers that lead nowhere and are stored all the same
};

/// The references as stored: ids, and for tags the ids of the tag and of its set. Pointers that `before` lacks are
/// checked: the target must exist in `space` or in the system and have a type that the field allows; where the field
/// takes a warning for it, it only has to be in no other space. What the server copies may name what is gone where the
/// field outlives its target. Problems name field and id, and what was probably meant.
FoundReferences check_references(storage::Reader&, const model::Schema&, const std::string& space, const Checked&,
                                 Problems&);

}  // namespace slipway::documents
