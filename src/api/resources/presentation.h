// Documents as clients see them: without secrets, with links.
#pragma once

#include <string>
#include <vector>

#include "api/http/call.h"
#include "model/schema.h"
#include "storage/database.h"
#include "storage/resources.h"

namespace slipway::api {

/// The path of a document, "/api/Spaces-1/projects/Projects-1".
std::string self_path(const model::Schema&, const storage::StoredResource&);

/// One type's way to the wire. What is stored already is the wire's text, so most documents are shown by splicing their
/// links in, without parsing. Immutable; threads: any.
class Presentation {
 public:
  explicit Presentation(const model::Schema&);
  std::string show(const storage::StoredResource&, const Call&, storage::Reader&) const;

 private:
  /// Literal text, then what is filled in behind it.
  struct Piece {
    enum class Slot { none, self, space, id, parent };
    std::string literal;
    Slot slot = Slot::none;
  };
  void append_links(std::string& out, const storage::StoredResource&) const;

  const model::Schema& schema_;
  std::vector<Piece> links_;
};

}  // namespace slipway::api
