// Jenkins plugin 1.9 writes its request bodies by hand: the keys have no quotes ({ProjectId:"Projects-1"}), and the
// content type claims a form.
#pragma once

#include <string>
#include <string_view>

namespace slipway::api {

/// Does the text begin as that plugin's bodies do?
bool begins_with_bare_key(std::string_view text);
/// The text with quotes around bare keys. What stands in quotes already stays as it is.
std::string quote_bare_keys(std::string_view text);

}  // namespace slipway::api
