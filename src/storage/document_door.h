// The one door through which stored documents are read: whatever program wrote one, it comes out in today's form.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "model/catalogue.h"

namespace slipway::storage {

/// The text of a document, as stored by `stored`. One of today's form passes as it is, unread; so does one that is
/// newer than this program, and what is no document of the catalogue.
/// What can't be read throws Error{internal} that names the document, here and below.
std::string todays_body(const model::Catalogue&, std::string_view type, std::string_view id, const model::Form& stored,
                        std::string body);
/// A frozen document, which can't be stored anew since its content is named by its hash.
json::object todays_document(const model::Catalogue&, std::string_view type, std::string_view id, std::int64_t version,
                             std::string_view body);

}  // namespace slipway::storage
