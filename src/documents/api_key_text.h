// The text of API keys: "API-" and 32 characters that clients accept.
#pragma once

#include "base/random.h"
#include "base/secret.h"

namespace slipway::documents {

Secret make_api_key(Random&);
/// Throws Error{invalid} unless the text is "API-" followed by at least 20 of [A-Z0-9]: clients refuse other forms, and
/// a shorter one could be guessed.
void check_api_key(const Secret&);
/// The first characters, to tell keys apart.
std::string hint_of(const Secret&);

}  // namespace slipway::documents
