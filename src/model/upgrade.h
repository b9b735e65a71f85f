// How a stored document comes to the form that its schema has today. Pure.
//
// A document is stored once and read by every later program. What has changed meanwhile is in its type's schema:
// `upgrades`, which say how each version becomes the next, and members that were declared since, which take the value
// that a document without them would get. Old documents are brought forward whenever they are read
// (storage/document_door.h), and stored in today's form when they are changed next.
#pragma once

#include <cstdint>

#include "base/json.h"
#include "model/schema.h"

namespace slipway::model {

/// What a document was written by.
struct Form {
  std::int64_t version = 1;  ///< of its schema
  /// Stands for what that schema declared: which members there are, and what is made of them beside the document.
  /// Tells that something was declared since, without a version of its own.
  std::int64_t shape = 0;

  friend bool operator==(const Form&, const Form&) = default;
};

/// Of documents that are written by this schema.
Form form_of(const Schema&);

/// A document that was written by `version` of the schema, no newer than today's, as today's would have it.
json::object upgraded(const Schema&, std::int64_t version, json::object document);

}  // namespace slipway::model
