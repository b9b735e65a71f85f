// The kinds of documents that audit entries are about, as clients name them: "Projects", "Releases".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/catalogue.h"

namespace slipway::api {

/// One for each resource that calls may change and each record that has entries, by name.
std::vector<std::string> document_kinds(const model::Catalogue&);

/// How ids of documents of the kind begin: "Projects-". Ids that are made of an owner's begin with both:
/// "variableset-Projects-". The kind may also be named as its collection is, in any case.
std::vector<std::string> id_beginnings(const model::Catalogue&, std::string_view kind);

}  // namespace slipway::api
